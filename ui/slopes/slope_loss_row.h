// Below the slope editor's buttons: arrows that say which way the loss pulls each slope, and the fit. It asks the Lab
// and tells the canvas what to draw; the arithmetic is core's. Part of SlopeEditor, on the window's thread.
#pragma once

#include "core/study/head_requests.h"
#include "ui/slopes/slope_pull.h"

#include <QPointer>
#include <QWidget>

#include <memory>
#include <optional>
#include <vector>

class QLabel;
class QPushButton;

namespace slopescope::ui {

class Lab;

class SlopeLossRow : public QWidget {
    Q_OBJECT
public:
    explicit SlopeLossRow(QWidget* parent = nullptr);
    void attach(Lab& lab);

    // Of the heads of a layer, or of all layers together; nothing where the pull is below its standard error, unknown,
    // or not wanted.
    std::vector<std::optional<SlopePull>> pulls(int layer, bool allLayers) const;
    QPushButton& arrowsButton() { return *m_arrows; }
    QPushButton& fitButton() { return *m_fit; }
    const QString& note() const { return m_words; }

signals:
    void pullsChanged();
    void slopesFitted(const slopescope::SlopeTable& slopes); // so far: to be shown, not yet the variant's

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void say(const QString& words);
    void askOrStop();
    void showFit(const SlopeFitResult& fit);
    void endFit(const SlopeFitResult* fit);

    QPointer<Lab> m_lab;
    QPushButton *m_arrows = nullptr, *m_fit = nullptr;
    QString m_words;          // how far the fit is, and what came of it
    QLabel* m_note = nullptr; // as much of it as has room
};

} // namespace slopescope::ui
