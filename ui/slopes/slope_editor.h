// The slope editor: one handle a head on a log2 axis, tied over the layers or one layer at a time.
//
// Owned by main_window, on the window's thread. Give it a model with setModel; it answers with slopesChanging while a hand
// moves and slopesCommitted when it rests. It knows nothing of the engine.
#pragma once

#include "core/session.h"

#include <QFrame>
#include <QPointer>
#include <QUndoStack>

class QLabel;
class QPushButton;
class QScrollArea;

namespace slopescope::ui {

class DecayView;
class PanelHeader;
class SegmentedButtons;
class SlopeCanvas;
class SlopePresets;

class SlopeEditor : public QFrame {
    Q_OBJECT
public:
    // Without a stack it keeps its own. A given stack must be used for slopes only: setModel clears it.
    explicit SlopeEditor(QUndoStack* undoStack = nullptr, QWidget* parent = nullptr);
    ~SlopeEditor() override;

    // Shows the slopes of `facts` as trained, or the sentence why there are none. Emits nothing, clears the undo steps.
    void setModel(const ModelFacts& facts);
    void clear(); // no model is open

    const SlopeTable& slopes() const { return m_slopes; }
    bool edited() const { return m_slopes != m_trained; }
    bool available() const { return !m_slopes.empty(); }
    QUndoStack* undoStack() const { return m_undoStack; }
    HeadAddress selectedHead() const { return m_selected; }
    bool tied() const; // "All layers" is chosen

    // One undo step, as if a person had made it. Throws Error when the shape or a value is wrong (checkSlopes).
    void change(const SlopeTable& slopes, const QString& what);

    PanelHeader* header() const { return m_header; } // the window may make it the title bar of a dock
    DecayView* decayView() const { return m_decay; } // below the handles, kept up to date here

public slots:
    void setSelectedHead(slopescope::HeadAddress head); // emits nothing
    void reset();                                       // back to the slopes as trained, one undo step
    bool loadFromFile(const QString& file);             // false: the fault is on screen
    bool saveToFile(const QString& file);

signals:
    void slopesChanging(const slopescope::SlopeTable& slopes);  // during a drag
    void slopesCommitted(const slopescope::SlopeTable& slopes); // release, typed value, preset, undo, redo, reset
    void headSelected(slopescope::HeadAddress head);

private:
    void build();
    void push(const SlopeTable& slopes, const QString& what);
    void endGesture(bool kept, bool nudged);
    void applyPreset(const QString& spec, const QString& what);
    void display(const SlopeTable& slopes, bool committed);
    void selectHead(int head);
    void refresh();
    void describe();
    void setError(const QString& sentence);
    void chooseFileToLoad();
    void chooseFileToSave();
    SlopeTable withHead(int head, double slope) const;

    QPointer<QUndoStack> m_undoStack;
    SlopeTable m_slopes, m_trained;
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
    QLabel* m_error = nullptr;
    QScrollArea* m_drawing = nullptr; // scrolls m_canvas sideways when there are many heads
    SlopeCanvas* m_canvas = nullptr;
    DecayView* m_decay = nullptr;
    QLabel* m_sentence = nullptr; // why there is nothing to drag
};

} // namespace slopescope::ui
