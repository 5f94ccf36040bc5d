#include "ui/text/text_editor.h"

#include "ui/widgets/theme.h"

#include <QKeyEvent>

#include <chrono>

namespace slopescope::ui {
namespace {

constexpr std::chrono::milliseconds kPause{20};
constexpr int kLines = 3;

} // namespace

TextEditor::TextEditor(QWidget* parent) : QPlainTextEdit(parent) {
    setAccessibleName(tr("Your text"));
    setPlaceholderText(tr("Type a sentence; it takes the place of the text on view."));
    setTabChangesFocus(true);
    setType(this, Type::Body);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    m_pause.setSingleShot(true);
    m_pause.setInterval(kPause);
    connect(&m_pause, &QTimer::timeout, this, &TextEditor::say);
    connect(this, &QPlainTextEdit::textChanged, this, [this] {
        if (toPlainText() != m_said)
            m_pause.start();
    });
}

QSize TextEditor::sizeHint() const {
    return {200, kLines * fontMetrics().lineSpacing() + 2 * int(document()->documentMargin()) + 2 * frameWidth() + 2};
}

void TextEditor::begin(const QString& text) {
    ++m_session;
    take(text);
    moveCursor(QTextCursor::End);
    setFocus();
}

void TextEditor::take(const QString& text) {
    if (text == toPlainText())
        return;
    m_said = text;
    setPlainText(text);
    m_pause.stop();
}

void TextEditor::say() {
    const QString text = toPlainText();
    if (text == m_said || text.trimmed().isEmpty())
        return;
    m_said = text;
    emit typed(text, m_session);
}

void TextEditor::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape) {
        emit left();
        return;
    }
    QPlainTextEdit::keyPressEvent(event);
}

// Keys that are the window's elsewhere are letters here.
bool TextEditor::event(QEvent* event) {
    if (event->type() == QEvent::ShortcutOverride) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if (key->key() == Qt::Key_Escape || (key->modifiers() == Qt::NoModifier && !key->text().isEmpty())) {
            event->accept();
            return true;
        }
    }
    return QPlainTextEdit::event(event);
}

} // namespace slopescope::ui
