// One sentence across the window: what went wrong, until it is dismissed or no longer true. Never a modal box. Window's thread.
#pragma once

#include <QWidget>

class QLabel;
class QToolButton;

namespace slopescope::ui {

class NoticeStrip : public QWidget {
    Q_OBJECT
public:
    explicit NoticeStrip(QWidget* parent = nullptr);

    // `topic` names what the sentence is about, so that the same can be taken back; a newer sentence replaces an older one.
    // `action`: a button beside it that does something about it; empty: there is none.
    void say(int topic, const QString& sentence, const QString& action = {});
    void takeBack(int topic);
    QString sentence() const; // empty: nothing is said

public slots:
    void dismiss();

signals:
    void actionChosen(int topic);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QLabel* m_label;
    QToolButton* m_action;
    int m_topic = -1;
};

} // namespace slopescope::ui
