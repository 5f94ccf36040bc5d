// The slope editor: one handle a head on a log2 axis, tied over the layers or one layer at a time.
//
// Made by the main window, on the window's thread. It shows the slopes of the variant on view, with B's behind them, and says
// what a hand does: slopesMoved at every step, slopesChanged when it rests. attach() connects it to a Lab.
#pragma once

#include "core/study/requests.h"

#include <QColor>
#include <QFrame>
#include <QPointer>
#include <QUndoStack>

class QLabel;
class QPushButton;
class QScrollArea;

namespace slopescope::ui {

class DecayView;
class Lab;
class PanelHeader;
class SegmentedButtons;
class SlopeCanvas;
class SlopeLossRow;
class SlopePresets;

class SlopeEditor : public QFrame {
    Q_OBJECT
public:
    explicit SlopeEditor(QWidget* parent = nullptr);
    ~SlopeEditor() override;

    void attach(Lab& lab);

    // The model on view as trained, and the slopes in force. Emits nothing.
    void setModel(const ModelFacts& trained, const SlopeTable& slopes);
    void setNone(const QString& sentence); // why there are no slopes
    // Slopes from elsewhere: an undo, another variant. A drag under way ends without a trace.
    void setSlopes(const SlopeTable& slopes);
    // B's slopes as hollow handles behind; empty: none.
    void setOther(const SlopeTable& slopes, const QColor& colour);
    void setUndoStack(QUndoStack* stack); // for the buttons

    const SlopeTable& slopes() const { return m_slopes; }
    bool edited() const { return m_slopes != m_trained; }
    bool available() const { return !m_slopes.empty(); }
    bool inGesture() const { return m_inGesture; }
    HeadAddress selectedHead() const { return m_selected; }
    bool tied() const; // "All layers" is chosen

    PanelHeader* header() const { return m_header; } // the window may make it the title bar of a dock
    SlopeLossRow& lossRow() { return *m_loss; }
    SlopeCanvas& canvas() { return *m_canvas; }
    DecayView* decayView() const { return m_decay; } // below the handles, kept up to date here

public slots:
    void setSelectedHead(slopescope::HeadAddress head); // emits nothing
    void reset();                                       // back to the slopes as trained
    bool loadFromFile(const QString& file);             // false: the fault is on screen
    bool saveToFile(const QString& file);

signals:
    void slopesMoved(const slopescope::SlopeTable& slopes); // in a hand
    void handLeft();                                        // it let go, and nothing has changed
    // Release, typed value, preset, reset: one step for undo. Steps of one `merge` number (above 0) are one.
    void slopesChanged(const slopescope::SlopeTable& slopes, const QString& what, int merge);
    void headSelected(slopescope::HeadAddress head);

private:
    void build();
    void push(const SlopeTable& slopes, const QString& what, int merge = 0);
    void endGesture(bool kept, bool nudged);
    void abandonGesture();
    void applyPreset(const QString& spec, const QString& what);
    void selectHead(int head);
    void refresh();
    void showPulls();
    void describe();
    void updateUndo();
    void setError(const QString& sentence);
    void chooseFileToLoad();
    void chooseFileToSave();
    SlopeTable withHead(int head, double slope) const;

    QPointer<QUndoStack> m_undoStack;
    SlopeTable m_slopes, m_trained, m_other;
    QColor m_otherColour;
    HeadAddress m_selected;
    SlopeTable m_beforeGesture; // the table when the drag or the nudge began
    bool m_inGesture = false;
    int m_gestures = 0;       // nudges of one number become one undo step
    HeadAddress m_nudgedHead{-1, -1}; // the head of the last gesture

    PanelHeader* m_header = nullptr;
    SegmentedButtons* m_scope = nullptr;
    QWidget* m_controls = nullptr;
    SlopePresets* m_presets = nullptr;
    QPushButton *m_undo = nullptr, *m_redo = nullptr, *m_reset = nullptr;
    SlopeLossRow* m_loss = nullptr; // arrows and the fit
    QLabel* m_error = nullptr;
    QScrollArea* m_drawing = nullptr; // scrolls m_canvas sideways when there are many heads
    SlopeCanvas* m_canvas = nullptr;
    DecayView* m_decay = nullptr;
    QLabel* m_sentence = nullptr; // why there is nothing to drag
};

} // namespace slopescope::ui
