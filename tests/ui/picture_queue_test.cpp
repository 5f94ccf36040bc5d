// The order of the view lane's work, step by step, without a thread: what is done next is written as "forward map thumbnails
// profile", B's with a B before it, previews from keys of another state with a ~ behind.
#include "ui/engine/picture_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace slopescope::ui {
namespace {

using namespace std::chrono_literals;

const char* nameOf(Task task) {
    switch (task) {
    case Task::OpenModel:
        return "model";
    case Task::OpenText:
        return "text";
    case Task::UseDevice:
        return "device";
    case Task::Forward:
        return "forward";
    case Task::Map:
        return "map";
    case Task::Cell:
        return "cell";
    case Task::Links:
        return "links";
    case Task::Thumbnails:
        return "thumbnails";
    case Task::Profile:
        return "profile";
    case Task::Losses:
        return "losses";
    case Task::Rows:
        return "rows";
    case Task::Pair:
        return "pair";
    default:
        return "?";
    }
}

Variant variant(double slope = 0.5, const std::string& model = "alibi") {
    return {model, {}, {{slope, slope}}};
}

View view(double slope = 0.5, int head = 0) {
    View view;
    view.a = {variant(slope), {{0, head}}};
    view.length = 100;
    view.viewport = {0, 100, 0, 100, 50, 50};
    return view;
}

View compared(double slope = 0.5) {
    View both = view(slope);
    both.b = Side{{"rotary", {}, {}}, {{0, 0}}};
    return both;
}

class PictureQueueTest : public testing::Test {
protected:
    void show(const View& view) { queue.show(view, now); }

    // What a session that forgets nothing has at hand.
    std::optional<Freshness> hand(const Variant& variant, std::int64_t length) const {
        std::optional<Freshness> best;
        for (const auto& [ran, tokens] : runs) {
            if (ran == variant && tokens == length)
                return Freshness::Exact;
            if (ran.model == variant.model && ran.positions == variant.positions && tokens >= length)
                best = Freshness::Preview;
        }
        return best;
    }

    std::optional<Work> take() {
        return queue.take(now, [this](const Variant& variant, std::int64_t length) { return hand(variant, length); });
    }

    // The running work is done, as a session would do it. Returns how it is written.
    std::string finish(const Work& work) {
        std::string said = std::string(work.side == 1 ? "B" : "") + nameOf(work.task);
        bool exact = false;
        if (work.task == Task::Forward) {
            runs.emplace_back(work.view.side(work.side).variant, work.view.length);
        } else if (!isOpening(work.task)) {
            exact = hand(work.view.side(work.side).variant, work.view.length) == Freshness::Exact;
            said += exact ? "" : "~";
        } else if (work.task != Task::OpenModel) {
            runs.clear();
        }
        queue.finish(Outcome::Done, exact);
        return said;
    }

    std::string step() {
        const auto work = take();
        return work ? finish(*work) : "";
    }

    std::string drain() {
        std::string all;
        for (int steps = 0; steps < 50; ++steps) {
            const std::string one = step();
            if (one.empty())
                return all;
            all += (all.empty() ? "" : " ") + one;
        }
        return all + " and so on";
    }

    PictureQueue queue;
    PictureQueue::Clock::time_point now{};
    std::vector<std::pair<Variant, std::int64_t>> runs;
};

TEST_F(PictureQueueTest, FirstViewRunsTheForwardAndThenDrawsTheMapBeforeTheRest) {
    show(view());
    EXPECT_TRUE(queue.busy());
    EXPECT_EQ(drain(), "forward map thumbnails profile");
    EXPECT_FALSE(queue.busy());
}

TEST_F(PictureQueueTest, NothingIsAskedForTwice) {
    show(view());
    drain();
    show(view());
    EXPECT_FALSE(queue.busy());
    EXPECT_EQ(step(), "");
    show(compared());
    EXPECT_EQ(drain(), "Bforward Bmap Bthumbnails Bprofile") << "A is there already";
    show(compared());
    EXPECT_EQ(drain(), "");
}

// A change of the view, and the work that answers it, from a view of A that is complete.
TEST_F(PictureQueueTest, EveryChangeAsksForWhatItChangesAndForNothingElse) {
    struct Row {
        const char* what;
        void (*change)(View&);
        const char* work;
    };
    const std::vector<Row> table{
        {"another slope is previewed before its forward", [](View& v) { v.a.variant = variant(0.25); },
         "map~ forward map thumbnails profile"},
        {"other positions have no preview",
         [](View& v) {
             v.a.variant.positions.bias = BiasChange::None;
             v.a.variant.slopes.clear();
         },
         "forward map thumbnails profile"},
        {"another model has no preview", [](View& v) { v.a.variant.model = "rotary"; }, "forward map thumbnails profile"},
        {"another head needs no forward", [](View& v) { v.a.heads = {{0, 1}}; }, "map profile"},
        {"several heads need none either", [](View& v) { v.a.heads = {{0, 0}, {0, 1}}; }, "map profile"},
        {"rows are read from what is at hand", [](View& v) { v.rows = QueryRange{4, 5}; }, "rows"},
        {"rows follow a slope at once",
         [](View& v) {
             v.rows = QueryRange{0, 100};
             v.a.variant = variant(0.25);
         },
         "map~ rows~ forward map rows thumbnails profile"},
        {"a pair is read in every head", [](View& v) { v.pair = Cell{7, 3}; }, "pair"},
        {"another stage changes the map and the thumbnails", [](View& v) { v.stage = Stage::Score; }, "map thumbnails"},
        {"pooling is the map's", [](View& v) { v.pooling = Pooling::Max; }, "map"},
        {"another part of the map", [](View& v) { v.viewport = {0, 10, 0, 10, 10, 10}; }, "map"},
        {"other pixels of the thumbnails", [](View& v) { v.thumbnailPixels *= 2; }, "thumbnails"},
        {"a cell", [](View& v) { v.cell = Cell{5, 3}; }, "cell"},
        {"a token", [](View& v) { v.token = 5; }, "links"},
        {"the losses", [](View& v) { v.losses = true; }, "losses"},
        {"a shorter length is previewed from the longer one", [](View& v) { v.length = 60; },
         "map~ forward map thumbnails profile"},
        {"a longer length has no preview", [](View& v) { v.length = 200; }, "forward map thumbnails profile"},
        {"everything at once", [](View& v) {
             v.a.variant = variant(0.25);
             v.cell = Cell{5, 3};
             v.token = 5;
             v.losses = true;
         }, "map~ cell~ links~ forward map cell links losses thumbnails profile"},
    };
    for (const Row& row : table) {
        queue = PictureQueue();
        runs.clear();
        View shown = view();
        show(shown);
        drain();
        row.change(shown);
        show(shown);
        EXPECT_EQ(drain(), row.work) << row.what;
        EXPECT_FALSE(queue.busy()) << row.what;
    }
}

TEST_F(PictureQueueTest, APreviewThatIsExactIsNotDrawnTwice) {
    show(view(0.5));
    drain();
    show(view(0.25));
    ASSERT_EQ(take()->task, Task::Map);
    queue.finish(Outcome::Done, true); // the first layer has no slopes before it
    EXPECT_EQ(drain(), "forward thumbnails profile");
}

TEST_F(PictureQueueTest, OnlyTheNewestSlopesAreWorkedOn) {
    show(view(0.5));
    drain();
    for (const double slope : {0.4, 0.3, 0.2})
        show(view(slope));
    const auto work = take();
    ASSERT_TRUE(work);
    EXPECT_EQ(work->task, Task::Map);
    EXPECT_EQ(work->view.a.variant, variant(0.2));
}

TEST_F(PictureQueueTest, TheNewestIsWorkedOnForEachSideByItself) {
    show(compared());
    drain();
    View next = compared(0.25);
    next.b->heads = {{1, 1}};
    show(next);
    next.b->heads = {{0, 1}};
    show(next);
    EXPECT_EQ(drain(), "map~ Bmap forward map thumbnails profile Bprofile") << "B's forward is at hand";
    next.b->variant = variant(1);
    show(next);
    EXPECT_EQ(drain(), "Bmap~ Bforward Bmap Bthumbnails Bprofile") << "A is untouched, and its keys serve B for a preview";
}

TEST_F(PictureQueueTest, AllOfAsMapsComeBeforeBsForward) {
    View both = compared();
    both.cell = Cell{5, 3};
    both.token = 5;
    both.losses = true;
    show(both);
    EXPECT_EQ(drain(), "forward map cell links Bforward Bmap Bcell losses Blosses thumbnails Bthumbnails profile Bprofile")
        << "B has no links: one token is lit";
}

TEST_F(PictureQueueTest, AVariantThatIsAtHandNeedsNoForward) {
    show(view(0.5));
    drain();
    show(view(0.25));
    drain();
    show(view(0.5));
    EXPECT_EQ(drain(), "map thumbnails profile") << "as it was left";
}

TEST_F(PictureQueueTest, AAndBChangePlacesWithoutAForward) {
    show(compared());
    drain();
    View swapped = compared();
    std::swap(swapped.a, *swapped.b);
    show(swapped);
    EXPECT_EQ(drain(), "map Bmap thumbnails Bthumbnails profile Bprofile");
}

TEST_F(PictureQueueTest, AsMapNeverWaitsForBsForward) {
    show(compared());
    ASSERT_EQ(step(), "forward");
    ASSERT_EQ(step(), "map");
    const auto work = take();
    ASSERT_EQ(work->task, Task::Forward);
    ASSERT_EQ(work->side, 1);
    EXPECT_FALSE(queue.runningIsStale());
    View other = compared();
    other.a.heads = {{0, 1}};
    show(other);
    EXPECT_TRUE(queue.runningIsStale()) << "the map of another head of A is a matter of milliseconds";
    queue.finish(Outcome::Cancelled);
    EXPECT_EQ(drain(), "map Bforward Bmap thumbnails Bthumbnails profile Bprofile");
}

TEST_F(PictureQueueTest, WhereANeverHasAMapBIsNotDisturbed) {
    show(compared());
    ASSERT_EQ(take()->task, Task::Forward);
    queue.finish(Outcome::Failed);
    const auto work = take();
    ASSERT_TRUE(work);
    ASSERT_EQ(work->task, Task::Forward);
    ASSERT_EQ(work->side, 1);
    EXPECT_FALSE(queue.runningIsStale());
    EXPECT_EQ(finish(*work), "Bforward");
    ASSERT_EQ(step(), "Bmap");
    ASSERT_EQ(take()->task, Task::Thumbnails);
    EXPECT_FALSE(queue.runningIsStale()) << "no map of A is due";
}

TEST_F(PictureQueueTest, BIsTakenAwayWhileItRuns) {
    show(compared());
    step();
    step();
    const auto work = take();
    ASSERT_EQ(work->side, 1);
    show(view());
    EXPECT_TRUE(queue.runningIsStale());
    EXPECT_FALSE(queue.stillWanted(*work));
    EXPECT_FALSE(queue.isCurrent(*work));
    queue.finish(Outcome::Cancelled);
    EXPECT_EQ(drain(), "thumbnails profile");
}

TEST_F(PictureQueueTest, AForwardOfOldSlopesIsStaleAndRunsAgainWithTheNew) {
    show(view(0.5));
    ASSERT_EQ(take()->task, Task::Forward);
    EXPECT_FALSE(queue.runningIsStale());
    show(view(0.25));
    EXPECT_TRUE(queue.runningIsStale());
    queue.finish(Outcome::Cancelled);
    const auto again = take();
    ASSERT_TRUE(again);
    EXPECT_EQ(again->task, Task::Forward);
    EXPECT_EQ(again->view.a.variant, variant(0.25));
}

TEST_F(PictureQueueTest, AMapOfOldSlopesIsFinishedAndShownButOneOfAnotherHeadIsNot) {
    show(view(0.5));
    step();
    const auto map = take();
    ASSERT_EQ(map->task, Task::Map);
    show(view(0.25));
    EXPECT_FALSE(queue.runningIsStale());
    EXPECT_TRUE(queue.stillWanted(*map));
    EXPECT_FALSE(queue.isCurrent(*map));
    show(view(0.25, 1));
    EXPECT_TRUE(queue.runningIsStale());
    EXPECT_FALSE(queue.stillWanted(*map));
}

TEST_F(PictureQueueTest, AnAnswerForOtherPositionsOrAnotherModelIsNotWanted) {
    for (const bool model : {false, true}) {
        queue = PictureQueue();
        show(view());
        drain();
        View closer = view();
        closer.viewport = {0, 10, 0, 10, 10, 10};
        show(closer);
        const auto work = take();
        ASSERT_TRUE(work);
        if (model)
            closer.a.variant.model = "rotary";
        else
            closer.a.variant.positions.window = 64;
        show(closer);
        EXPECT_TRUE(queue.runningIsStale());
        EXPECT_FALSE(queue.stillWanted(*work));
    }
}

TEST_F(PictureQueueTest, ThumbnailsGiveWayToTheMapAndComeBack) {
    show(view());
    step();
    step();
    ASSERT_EQ(take()->task, Task::Thumbnails);
    View zoomed = view();
    zoomed.viewport.queryEnd = 50;
    show(zoomed);
    EXPECT_TRUE(queue.runningIsStale());
    queue.finish(Outcome::Cancelled);
    EXPECT_EQ(drain(), "map thumbnails profile");
}

TEST_F(PictureQueueTest, WhileASlopeIsInHandTheForwardWaitsUntilItRests) {
    show(view(0.5));
    drain();
    View dragged = view(0.25);
    dragged.editing = true;
    show(dragged);
    EXPECT_EQ(step(), "map~");
    EXPECT_EQ(step(), "");
    ASSERT_TRUE(queue.wakeAt());
    EXPECT_EQ(*queue.wakeAt(), now + PictureQueue::kRest);
    EXPECT_TRUE(queue.busy()); // the sweep must not begin in between
    EXPECT_TRUE(queue.isAnswered(Task::Map, 0)) << "though not exactly";
    EXPECT_FALSE(queue.isAnswered(Task::Thumbnails, 0));

    now += PictureQueue::kRest / 2;
    dragged.a.variant = variant(0.2); // moved on: the rest starts anew
    show(dragged);
    EXPECT_FALSE(queue.isAnswered(Task::Map, 0));
    EXPECT_EQ(step(), "map~");
    now += PictureQueue::kRest / 2 + 1ms;
    EXPECT_EQ(step(), "");
    now += PictureQueue::kRest / 2;
    EXPECT_EQ(step(), "forward");
}

TEST_F(PictureQueueTest, BWaitsWhileASlopeOfAIsInHandButItsPictureIsShown) {
    View dragged = compared(0.5);
    show(dragged);
    drain();
    dragged.a.variant = variant(0.25);
    dragged.editing = true;
    dragged.viewport = {0, 10, 0, 10, 10, 10};
    show(dragged);
    EXPECT_EQ(drain(), "map~ Bmap") << "zoomed with a slope in hand";
    dragged.editing = false;
    show(dragged);
    EXPECT_EQ(drain(), "forward map thumbnails profile");
}

TEST_F(PictureQueueTest, ReleasingTheSlopeStartsTheForwardAtOnce) {
    show(view(0.5));
    drain();
    View dragged = view(0.25);
    dragged.editing = true;
    show(dragged);
    step();
    dragged.editing = false;
    show(dragged);
    EXPECT_EQ(step(), "forward");
    EXPECT_FALSE(queue.wakeAt());
}

TEST_F(PictureQueueTest, AForwardThatFailsIsNotTriedAgainUntilItsInputsChange) {
    show(view());
    ASSERT_EQ(take()->task, Task::Forward);
    queue.finish(Outcome::Failed);
    EXPECT_FALSE(queue.busy());
    View pointing = view(0.5, 1); // another head, a cell: the same inputs
    pointing.cell = Cell{5, 3};
    show(pointing);
    EXPECT_FALSE(queue.busy());
    EXPECT_FALSE(queue.isAnswered(Task::Map, 0));
    EXPECT_FALSE(queue.isComing(Task::Map, 0)) << "nobody works on it";
    EXPECT_EQ(drain(), "");
    show(view(0.25));
    EXPECT_TRUE(queue.isComing(Task::Map, 0));
    EXPECT_EQ(drain(), "forward map thumbnails profile");
    show(view(0.5));
    EXPECT_EQ(drain(), "map~ forward map thumbnails profile") << "whoever comes back to it asks for it again";
}

TEST_F(PictureQueueTest, BsForwardMayFailWithoutA) {
    show(compared());
    step();
    step();
    ASSERT_EQ(take()->side, 1);
    queue.finish(Outcome::Failed);
    EXPECT_EQ(drain(), "thumbnails profile");
    View other = compared();
    other.a.heads = {{0, 1}};
    show(other);
    EXPECT_EQ(drain(), "map profile") << "B is not tried again";
    other.b->variant.positions.window = 64;
    show(other);
    EXPECT_EQ(drain(), "Bforward Bmap Bthumbnails Bprofile");
}

TEST_F(PictureQueueTest, APictureThatFailsIsNotTriedAgainUntilAnotherIsAskedFor) {
    show(view());
    step();
    ASSERT_EQ(take()->task, Task::Map);
    queue.finish(Outcome::Failed);
    EXPECT_EQ(drain(), "thumbnails profile");
    show(view(0.5, 1));
    EXPECT_EQ(drain(), "map profile");
}

TEST_F(PictureQueueTest, CellAndLinksAreServedBeforeTheSlowPicturesAndAgainAfterAForward) {
    View pointing = view();
    pointing.cell = Cell{5, 3};
    pointing.token = 5;
    show(pointing);
    EXPECT_EQ(drain(), "forward map cell links thumbnails profile");
    pointing.cell = Cell{6, 3};
    show(pointing);
    EXPECT_EQ(drain(), "cell");
    pointing.a.variant = variant(0.25);
    show(pointing);
    EXPECT_EQ(drain(), "map~ cell~ links~ forward map cell links thumbnails profile");
}

TEST_F(PictureQueueTest, ACellThatIsNoLongerPointedAtIsForgotten) {
    show(view());
    drain();
    View pointing = view();
    pointing.cell = Cell{5, 3};
    show(pointing);
    const auto work = take();
    ASSERT_EQ(work->task, Task::Cell);
    show(view());
    EXPECT_TRUE(queue.runningIsStale());
    EXPECT_FALSE(queue.stillWanted(*work));
    queue.finish(Outcome::Cancelled);
    EXPECT_FALSE(queue.busy());
}

TEST_F(PictureQueueTest, ATextVoidsOldViewsUntilTheWindowHasTakenItOver) {
    show(view());
    const auto forward = take();
    queue.openText({"other.txt", {}, {}});
    EXPECT_TRUE(queue.runningIsStale());
    queue.finish(Outcome::Cancelled);
    const auto text = take();
    ASSERT_EQ(text->task, Task::OpenText);
    EXPECT_EQ(text->text.file, "other.txt");
    EXPECT_TRUE(queue.opening());
    finish(*text);
    EXPECT_FALSE(queue.stillWanted(*forward));
    EXPECT_FALSE(queue.isCurrent(*forward));

    show(view()); // still of the old text: the window has not heard yet
    EXPECT_FALSE(queue.busy());
    queue.acknowledge();
    show(view());
    EXPECT_EQ(drain(), "forward map thumbnails profile");
    EXPECT_FALSE(queue.stillWanted(*forward)) << "of the text before";
}

TEST_F(PictureQueueTest, AModelIsOpenedBesideTheViewWhichThenGoesOn) {
    show(view());
    ASSERT_EQ(take()->task, Task::Forward);
    queue.openModel("rotary");
    EXPECT_TRUE(queue.runningIsStale());
    queue.finish(Outcome::Cancelled);
    EXPECT_EQ(drain(), "model forward map thumbnails profile");
}

TEST_F(PictureQueueTest, AModelOrATextThatCannotBeOpenedChangesNothing) {
    show(view());
    drain();
    queue.openModel("broken");
    ASSERT_EQ(take()->task, Task::OpenModel);
    queue.finish(Outcome::Failed);
    queue.openText({"broken.txt", {}, {}});
    ASSERT_EQ(take()->task, Task::OpenText);
    queue.finish(Outcome::Failed);
    EXPECT_FALSE(queue.busy());
    show(view(0.5, 1));
    EXPECT_EQ(drain(), "map profile");
}

TEST_F(PictureQueueTest, EveryModelIsOpenedOnceAndTheNewestTextAlone) {
    queue.openModel("first");
    ASSERT_EQ(take()->model, "first");
    queue.openModel("second");
    queue.openModel("second");
    queue.openModel("third");
    EXPECT_FALSE(queue.runningIsStale()) << "each is a row";
    queue.finish(Outcome::Done);
    EXPECT_EQ(take()->model, "second");
    queue.finish(Outcome::Done);
    EXPECT_EQ(take()->model, "third");
    queue.openText({"a.txt", {}, {}});
    EXPECT_FALSE(queue.runningIsStale());
    queue.finish(Outcome::Done);
    ASSERT_EQ(take()->task, Task::OpenText);
    EXPECT_FALSE(queue.runningIsStale());
    queue.openText({"b.txt", {}, {}});
    queue.openText({"c.txt", {}, {}});
    EXPECT_TRUE(queue.runningIsStale());
    queue.finish(Outcome::Cancelled);
    EXPECT_EQ(take()->text.file, "c.txt");
    queue.finish(Outcome::Done);
    EXPECT_FALSE(queue.busy());
}

TEST_F(PictureQueueTest, CancelledOpeningsDoNotRun) {
    queue.openModel("model");
    queue.openText({"a.txt", {}, {}});
    queue.cancelOpening();
    EXPECT_FALSE(queue.busy());
    EXPECT_EQ(step(), "");
}

TEST_F(PictureQueueTest, AnotherDeviceGoesFirstAndComputesTheViewAnew) {
    View both = view();
    both.cell = Cell{10, 5};
    show(both);
    drain();
    queue.useDevice({0});
    EXPECT_TRUE(queue.busy());
    EXPECT_EQ(drain(), "device forward map cell thumbnails profile");
    queue.openModel("other");
    queue.openText({});
    queue.useDevice({1});
    const auto first = take();
    ASSERT_TRUE(first);
    EXPECT_EQ(first->task, Task::UseDevice) << "the model is then opened where it is wanted";
    EXPECT_EQ(first->device, Device{1});
    EXPECT_FALSE(queue.opening()) << "cancelling openings does not stop it";
}

TEST_F(PictureQueueTest, ADeviceThatCannotBeUsedChangesNothing) {
    show(view());
    drain();
    queue.useDevice({0});
    ASSERT_EQ(take()->task, Task::UseDevice);
    queue.finish(Outcome::Failed);
    EXPECT_FALSE(queue.busy());
    show(view(0.5, 1));
    EXPECT_EQ(drain(), "map profile") << "from the keys that are still at hand";
}

TEST_F(PictureQueueTest, TheNewestDeviceWins) {
    queue.useDevice({0});
    ASSERT_TRUE(take());
    EXPECT_FALSE(queue.runningIsStale());
    queue.useDevice({});
    EXPECT_TRUE(queue.runningIsStale());
    queue.finish(Outcome::Cancelled);
    EXPECT_EQ(take()->device, Device());
}

TEST_F(PictureQueueTest, NothingIsDoneForAViewThatIsHidden) {
    show(view());
    const auto work = take();
    queue.hide();
    EXPECT_TRUE(queue.runningIsStale());
    EXPECT_FALSE(queue.stillWanted(*work));
    queue.finish(Outcome::Cancelled);
    EXPECT_FALSE(queue.busy());
    EXPECT_EQ(drain(), "");
    show(view());
    EXPECT_EQ(drain(), "forward map thumbnails profile");
}

} // namespace
} // namespace slopescope::ui
