// The lab: owns the workspace, the engine and the results, and says what changed. Panels take a Lab&, show what it has and
// change it through the functions below; nobody else talks to the engine. Knows no widget and computes nothing. Window's thread.
#pragma once

#include "core/record/workspace_record.h"
#include "ui/engine/engine.h"
#include "ui/lab/changes.h"
#include "ui/lab/library.h"

#include <QObject>
#include <QString>
#include <QStringList>
#include <QTimer>
#include <QUndoStack>

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace slopescope::ui {

inline constexpr std::int64_t kSmallText = 64; // tokens on view, up to which the map is read word by word

class Lab : public QObject {
    Q_OBJECT
public:
    explicit Lab(const std::filesystem::path& resources, QObject* parent = nullptr);
    ~Lab() override;

    const Workspace& workspace() const { return m_workspace; }
    const Library& library() const { return m_library; } // what is open
    const std::vector<BundledModel>& bundledModels() const { return m_engine.bundledModels(); }

    // Makes the window show a workspace: models and text that are not open are opened. No step for undo.
    void apply(Workspace workspace);
    // Also shows the curves that were measured before, at once; and where the text cannot be opened none is shown, since the
    // curves are of that one.
    void apply(Workspace workspace, std::vector<MeasuredCurve> measured);
    // Curves that were measured before come after the workspace: they are many, and read on another thread.
    void remember(std::vector<MeasuredCurve> measured);
    // All that a file keeps of what is on the screen, but for what was measured, which can be much.
    WorkspaceRecord record() const;
    // What has been measured of these variants. Any thread.
    std::vector<MeasuredCurve> measured(std::span<const Variant> variants) const { return m_engine.measured(variants); }
    std::uint64_t measuredChanges() const { return m_engine.measuredChanges(); } // grows with it; any thread
    // One step for undo, called `what`: changes of variants, A and B. Steps of one `merge` number (above 0) that follow each
    // other become one.
    void edit(const QString& what, const std::function<void(Workspace&)>& change, int merge = 0);
    // What needs no undo: selection, what is looked at, how curves are drawn and measured.
    void look(const std::function<void(Workspace&)>& change);
    QUndoStack& undoStack() { return m_undo; }

    // Slopes of the variant on view. In a hand they are shown at once and are no step yet; setSlopes makes them one.
    void dragSlopes(const SlopeTable& slopes);
    void setSlopes(const SlopeTable& slopes, const QString& what, int merge = 0);
    void setPositions(const PositionOverride& positions, SlopeTable slopes, const QString& what); // of the variant on view
    void dropHand(); // the hand lets go, and nothing has changed
    bool inHand() const { return m_hand.has_value(); }

    void addModel(const std::string& model); // a bundled name, a folder or a GGUF file: a row as trained, once it is open
    void addPaperMethods();                  // alibi, sinusoidal, rotary, t5-bias: the paper's Figure 1
    void openText(const TextSource& text); // the one on view is read again
    // A text of one's own in place of the one on view; a step for undo, and those of one `session` of typing are one step.
    void typeText(const QString& letters, int session);
    void cancelOpening();                   // of models and the text; rows of those models say that it was cancelled
    void openAgain(const std::string& key); // a model of the list that could not be opened
    void replaceModel(const std::string& from, const std::string& to); // it was found elsewhere: what was measured stays
    void useDevice(const Device& device) { m_engine.useDevice(device); }
    void findDevices() { m_engine.findDevices(length()); }

    void pointAt(std::optional<Cell> cell);             // in the map: the cell card tells about it
    void lightToken(std::optional<std::int64_t> token); // in the text: its links are lit
    // Locks a cell in the map, which moves there, and asks what the query gives the key in every head; nothing: lets go of both.
    void goTo(std::optional<Cell> cell);
    void showRows(bool shown); // the numbers of the query that is pointed at; of a small text, of all queries
    std::optional<Cell> pair() const { return m_pair; }
    std::optional<Cell> cell() const { return m_cell; }
    std::optional<std::int64_t> token() const { return m_token; }
    void setMapPixels(const Viewport& viewport); // the cells that the map shows, and its room
    void setThumbnailPixels(int pixels);

    // Continues the tokens on view by A, and by B where that is another variant that reads them alike. `how`: all but variant and ids.
    void continueText(GenerationRequest how);
    void stopContinuing() { m_engine.writer().stop(); }
    bool continuing() const { return m_continuing; }

    void showHeadTable(bool shown); // what every head does is measured while it is

    // The gradients of the slopes on view at the length on view, measured while somebody wants them. gradients(): null until they
    // are there, and while a hand moves the slopes.
    void wantGradients(const void* who, bool wanted);
    bool gradientsWanted() const { return !m_wantGradients.empty(); }
    std::shared_ptr<const SlopeGradientResult> gradients() const;
    // Fits the slopes on view, from where they are; what comes out is one step for undo. Other variants may be looked at meanwhile.
    void fitSlopes(std::int64_t length, std::int64_t steps, bool shared);
    void stopFit(); // keeps what it has
    bool fitting() { return m_engine.slopes().fitting(); }

    void sweep();     // measures what is missing of the visible variants; goes on where it was stopped
    void stopSweep();
    bool sweeping() const { return m_engine.sweeping(); }
    bool mapIsComing() const { return m_engine.coming(Task::Map, 0) || m_engine.coming(Task::Map, 1); }

    // Of A, B or any variant; nothing while its model is not open.
    Variant variantOnView() const; // A's, with the slopes in hand
    std::optional<ModelFacts> facts(VariantId id) const; // as it is run
    std::optional<ModelFacts> factsOnView() const;
    std::optional<Side> sideOnView(int side) const; // what the pictures are of: 0 A's, 1 B's, where B can stand beside A
    QString nameOf(VariantId id) const;            // given, or said from what it is: "alibi", "alibi, edited slopes"
    QString whyNot(VariantId id) const;            // one sentence why it cannot be shown; empty: it can, or will
    std::shared_ptr<const TextFacts> text() const; // as A reads it; null: none is open
    std::int64_t longestLength() const;            // that can be on view
    std::int64_t length() const;                   // on view: the wanted one, as far as text and model allow
    CurvePlan plan() const;

    // Of the visible variants and B; null: nothing has been asked for. curveIds(): whose they are, in the same order.
    std::shared_ptr<const CurvesResult> curves() const { return m_curves; }
    const std::vector<VariantId>& curveIds() const { return m_curveIds; }

    bool isSettled() const; // pictures are exact, and the first pass of every curve is there

signals:
    void changed(slopescope::ui::Changes what);

    // Results of what is on view; `side`: 0 of A, 1 of B. `current` answers the newest question, else a newer one is on its way.
    void mapReady(int side, std::shared_ptr<const slopescope::MapResult> map, bool current);
    void thumbnailsReady(int side, std::shared_ptr<const slopescope::ThumbnailsResult> thumbnails, bool current);
    void profileReady(int side, std::shared_ptr<const slopescope::ProfileResult> profile, bool current);
    void cellReady(int side, std::shared_ptr<const slopescope::CellResult> cell, bool current);
    void linksReady(int side, std::shared_ptr<const slopescope::LinksResult> links, bool current);
    void rowsReady(int side, std::shared_ptr<const slopescope::RowsResult> rows, bool current);
    void pairReady(int side, std::shared_ptr<const slopescope::PairResult> pair, bool current);
    void cellChosen(qint64 query, qint64 key); // by goTo
    void lossesReady(int side, std::shared_ptr<const slopescope::TokenLossResult> losses, bool current);
    void headTableReady(int side, std::shared_ptr<const slopescope::HeadTableResult> table, bool current); // layer by layer
    void gradientsChanged(); // gradients() are others
    void fitMoved(std::shared_ptr<const slopescope::SlopeFitResult> fit);
    void fitEnded(std::shared_ptr<const slopescope::SlopeFitResult> fit); // done or stopped; null: it failed
    void waiting(bool map, bool sides); // unanswered for so long that what is shown should be dimmed

    void continued(int side, std::shared_ptr<const slopescope::GenerationResult> text); // what there is so far
    void continuingEnded(const QString& fault);                                         // empty: no fault

    void curvesChanged();             // curves() has another state
    void sweepEnded(bool filled);     // or stopped, or failed
    void sweepStarted();

    void progress(slopescope::ui::Task task, double fraction, const QString& what);
    void taskEnded(slopescope::ui::Task task);
    void failed(slopescope::ui::Task task, const QString& sentence);
    void recovered(slopescope::ui::Task task); // what had failed has worked since
    void devicesFound(const std::vector<slopescope::ui::DeviceChoice>& devices, const QString& whyNoGpu);
    void deviceChanged(const slopescope::Device& device);
    void settled();

private:
    friend class EditCommand;

    void connectEngine();
    void connectSlopes();
    void askForGradients();
    void keepFit(const SlopeFitResult& fit);
    void set(Workspace workspace); // and all that follows from what changed
    void follow(Changes changes);
    void announce(Changes changes);
    void changeA(const Variant& variant, const ModelFacts& model, const QString& what, int merge);
    void askForText();
    void keepOpenedText();
    void closeText();
    void renameMeasured(const std::string& from, const std::string& to);
    void openWhatIsMissing();
    void takeModel(const QString& asked, const ModelFacts& model, std::shared_ptr<const TextFacts> text, const QString& whyNoText);
    void takeText(const OpenedText& text);
    void takeFailure(Task task, const QString& subject, const QString& sentence);
    void leaveFaulty();
    void pushView();
    void pushCurves();
    void checkSettled();

    Workspace m_workspace;
    Library m_library;
    QUndoStack m_undo;
    bool m_textAsked = false;               // at all
    bool m_textInsisted = false;            // none stands in for the wanted one
    std::optional<TextSource> m_openedText; // the one on view; the workspace names the wanted one
    std::uint64_t m_textDigest = 0;         // its
    std::set<std::string> m_adding; // models that become a row once they are open
    bool m_anyHead = true; // no head has been chosen yet: the first model on view brings one of its middle
    std::optional<Variant> m_hand; // A's, while a hand drags its slopes
    std::optional<Cell> m_cell;
    std::optional<Cell> m_pair;
    bool m_rowsShown = false;
    bool m_continuing = false;
    std::optional<std::int64_t> m_token;
    Viewport m_viewport;
    int m_thumbnailPixels = 32;
    bool m_headTable = false; // shown
    std::set<const void*> m_wantGradients;                      // who does
    std::optional<SlopeGradientRequest> m_gradientRequest;      // asked for last
    std::shared_ptr<const SlopeGradientResult> m_gradients;

    CurvesRequest m_request;
    std::vector<bool> m_live; // of the request's variants: those that can be measured, not only shown as they were before
    std::vector<Variant> m_stored;    // whose curves were remembered
    std::int64_t m_storedTokens = 0;  // of the text that those were measured on
    std::vector<VariantId> m_curveIds;
    std::shared_ptr<const CurvesResult> m_curves;
    bool m_measuring = true; // until a person stops it

    QTimer m_patience; // what is not answered when it ends is dimmed
    Engine m_engine;   // last: its workers end before what they speak to
};

} // namespace slopescope::ui
