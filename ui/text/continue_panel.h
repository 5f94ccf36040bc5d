// Continues the text: how, start and stop, and what A (and B beside it) has written, each new token shaded by the
// probability that the model gave it. Part of TextView, on the window's thread.
#pragma once

#include "core/study/generation_request.h"

#include <QColor>
#include <QWidget>

#include <array>
#include <memory>

class QDoubleSpinBox;
class QLabel;
class QPushButton;
class QSpinBox;
class QTextBrowser;

namespace slopescope::ui {

class ContinuePanel : public QWidget {
    Q_OBJECT
public:
    explicit ContinuePanel(QWidget* parent = nullptr);

    void setNames(const QString& a, const QString& b); // b empty: A alone
    void setBefore(const QString& letters);            // the end of the text that is continued
    void begin();                                      // nothing is written yet
    void take(int side, std::shared_ptr<const GenerationResult> text);
    void end(const QString& fault);

    GenerationRequest how() const; // all but variant and ids
    const GenerationResult* written(int side) const { return m_texts[std::size_t(side)].get(); }
    bool isWriting() const { return m_writing; }

signals:
    void wanted(); // to start
    void stopped();
    void kept(const QString& letters); // A's new ones shall be part of the text

private:
    QSpinBox* number(int lowest, int highest, int value, const QString& name);
    void showText(int side);
    void updateButtons();

    QPushButton *m_start, *m_keep;
    QSpinBox *m_tokens, *m_seed;
    QDoubleSpinBox *m_temperature, *m_topP;
    QLabel* m_fault;
    std::array<QLabel*, 2> m_names;
    std::array<QTextBrowser*, 2> m_pages;
    std::array<std::shared_ptr<const GenerationResult>, 2> m_texts;
    QString m_before;
    bool m_writing = false;
};

} // namespace slopescope::ui
