#include "ui/text/text_view.h"

#include "ui/widgets/format.h"
#include "ui/widgets/panel_header.h"
#include "ui/widgets/theme.h"
#include "ui/text/token_area.h"

#include <QLabel>
#include <QVBoxLayout>

namespace slopescope::ui {

TextView::TextView(QWidget* parent) : QFrame(parent) {
    m_header = new PanelHeader(tr("Text"), this);
    m_error = new QLabel(this);
    setLook(m_error, "error");
    m_error->setObjectName(QStringLiteral("textError"));
    m_error->setTextFormat(Qt::PlainText);
    m_error->setWordWrap(true);
    m_error->setContentsMargins(12, kGrid, 12, 0);
    m_empty = new QLabel(tr("Open a text, or drop one here."), this);
    setLook(m_empty, "soft");
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_area = new TokenArea(this);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 1, 1);
    column->setSpacing(0);
    column->addWidget(m_header);
    column->addWidget(m_error);
    column->addWidget(m_empty, 1);
    column->addWidget(m_area, 1);
    connect(m_area, &TokenArea::tokenHovered, this, &TextView::tokenHovered);
    connect(m_area, &TokenArea::tokenLocked, this, &TextView::tokenLocked);
    setLook(this, "panel");
    clear();
}

void TextView::setText(const TextFacts& facts) {
    m_area->setText(facts);
    m_header->setFacts(
        tr("%1 · %2 tokens").arg(QString::fromStdString(facts.name), grouped(static_cast<std::int64_t>(facts.tokens.size()))));
    m_area->show();
    m_empty->hide();
    m_searched.clear();
    m_searchFrom = 0;
    m_sought.clear();
    setError({});
}

void TextView::clear() {
    m_area->setText({});
    m_area->hide();
    m_empty->show();
    m_header->setFacts({});
    m_searched.clear();
    setError({});
}

void TextView::setLength(std::int64_t tokens) { m_area->setLength(tokens); }
void TextView::setLinks(const LinksResult& links) { m_area->setLinks(links); }
void TextView::clearLinks() { m_area->clearLinks(); }
void TextView::setCursor(std::int64_t query, std::int64_t key) { m_area->setCursor(query, key); }
void TextView::setLocked(std::int64_t token) { m_area->setLocked(token); }
void TextView::reveal(std::int64_t token) { m_area->reveal(token); }
std::int64_t TextView::hovered() const { return m_area->hovered(); }
std::int64_t TextView::locked() const { return m_area->locked(); }
std::int64_t TextView::tokens() const { return m_area->textLayout().tokens(); }

bool TextView::findNext(const QString& text) {
    if (text.isEmpty()) {
        clearFind();
        return false;
    }
    const TextFacts& facts = m_area->textLayout().facts();
    if (m_searched.isEmpty())
        m_searched = QString::fromStdString(facts.text);
    if (text != m_sought) {
        // Typing on in the search field stays at the place found so far.
        m_searchFrom = std::max<qsizetype>(0, m_searchFrom - m_sought.size());
        m_sought = text;
    }
    qsizetype at = m_searched.indexOf(text, m_searchFrom, Qt::CaseInsensitive);
    if (at < 0)
        at = m_searched.indexOf(text, 0, Qt::CaseInsensitive);
    if (at < 0) {
        m_area->setFound(0, 0);
        return false;
    }
    m_searchFrom = at + text.size();
    const QStringView whole(m_searched);
    const std::int64_t begin = whole.left(at).toUtf8().size(), end = begin + whole.sliced(at, text.size()).toUtf8().size();
    const std::int64_t first = m_area->textLayout().tokenOfByte(begin);
    const std::int64_t last = m_area->textLayout().tokenOfByte(end - 1);
    if (first < 0)
        return false; // in a part of the text that no token stands for
    m_area->setFound(first, std::max(first, last) + 1);
    return true;
}

void TextView::clearFind() {
    m_sought.clear();
    m_searchFrom = 0;
    m_area->setFound(0, 0);
}

void TextView::setError(const QString& sentence) {
    m_error->setText(sentence);
    m_error->setVisible(!sentence.isEmpty());
}

} // namespace slopescope::ui
