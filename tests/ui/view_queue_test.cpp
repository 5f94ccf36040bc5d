// The order of the view lane's work, step by step, without a thread.
#include "ui/engine/view_queue.h"

#include <gtest/gtest.h>

namespace slopescope::ui {
namespace {

using namespace std::chrono_literals;

class ViewQueueTest : public testing::Test {
protected:
    static View view(double slope = 0.5, int head = 0) {
        View view;
        view.slopes = {{slope, slope}};
        view.length = 100;
        view.head = {0, head};
        view.viewport = {0, 100, 0, 100, 50, 50};
        return view;
    }

    void show(const View& view) { queue.show(view, now); }

    // The next task, done at once.
    std::optional<Task> step(bool exact = false) {
        const auto work = queue.take(now);
        if (!work)
            return {};
        queue.finish(Outcome::Done, exact);
        return work->task;
    }

    std::vector<Task> drain() {
        std::vector<Task> tasks;
        while (const auto task = step())
            tasks.push_back(*task);
        return tasks;
    }

    ViewQueue queue;
    ViewQueue::Clock::time_point now{};
};

TEST_F(ViewQueueTest, FirstViewRunsTheForwardAndThenDrawsTheMapBeforeTheRest) {
    show(view());
    EXPECT_TRUE(queue.busy());
    EXPECT_EQ(drain(), (std::vector{Task::Forward, Task::Map, Task::Thumbnails, Task::Profile}));
    EXPECT_FALSE(queue.busy());
}

TEST_F(ViewQueueTest, AnotherSlopeIsPreviewedBeforeItsForward) {
    show(view(0.5));
    drain();
    show(view(0.25));
    EXPECT_EQ(drain(), (std::vector{Task::Preview, Task::Forward, Task::Map, Task::Thumbnails, Task::Profile}));
}

TEST_F(ViewQueueTest, OtherPositionsHaveNoPreview) {
    show(view());
    drain();
    View other = view();
    other.positions.change = PositionChange::None;
    other.slopes.clear();
    show(other);
    EXPECT_EQ(drain(), (std::vector{Task::Forward, Task::Map, Task::Thumbnails, Task::Profile}));
    show(view());
    EXPECT_EQ(drain(), (std::vector{Task::Forward, Task::Map, Task::Thumbnails, Task::Profile})) << "nor the first again";
}

TEST_F(ViewQueueTest, AnAnswerForOtherPositionsIsNotWanted) {
    show(view());
    drain();
    View closer = view();
    closer.viewport = {0, 10, 0, 10, 10, 10};
    show(closer);
    const auto work = queue.take(now);
    ASSERT_TRUE(work);
    closer.positions.change = PositionChange::None;
    show(closer);
    EXPECT_TRUE(queue.runningIsStale());
    EXPECT_FALSE(queue.stillWanted(*work));
}

TEST_F(ViewQueueTest, APreviewThatIsExactIsNotDrawnTwice) {
    show(view(0.5));
    drain();
    show(view(0.25));
    EXPECT_EQ(step(true), Task::Preview);
    EXPECT_EQ(drain(), (std::vector{Task::Forward, Task::Thumbnails, Task::Profile}));
}

TEST_F(ViewQueueTest, AnotherHeadNeedsNoForward) {
    show(view(0.5, 0));
    drain();
    show(view(0.5, 1));
    EXPECT_EQ(drain(), (std::vector{Task::Map, Task::Profile}));
}

TEST_F(ViewQueueTest, TheSameViewAsksForNothing) {
    show(view());
    drain();
    show(view());
    EXPECT_FALSE(queue.busy());
    EXPECT_EQ(step(), std::nullopt);
}

TEST_F(ViewQueueTest, OnlyTheNewestSlopesAreWorkedOn) {
    show(view(0.5));
    drain();
    for (const double slope : {0.4, 0.3, 0.2})
        show(view(slope));
    const auto work = queue.take(now);
    ASSERT_TRUE(work);
    EXPECT_EQ(work->task, Task::Preview);
    EXPECT_EQ(work->view.slopes, view(0.2).slopes);
}

TEST_F(ViewQueueTest, AForwardOfOldSlopesIsStaleAndRunsAgainWithTheNew) {
    show(view(0.5));
    ASSERT_EQ(queue.take(now)->task, Task::Forward);
    EXPECT_FALSE(queue.runningIsStale());
    show(view(0.25));
    EXPECT_TRUE(queue.runningIsStale());
    queue.finish(Outcome::Cancelled);
    const auto again = queue.take(now);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->task, Task::Forward);
    EXPECT_EQ(again->view.slopes, view(0.25).slopes);
}

TEST_F(ViewQueueTest, AMapOfOldSlopesIsFinishedAndShownButOneOfAnotherHeadIsNot) {
    show(view(0.5));
    step();
    const auto map = queue.take(now);
    ASSERT_EQ(map->task, Task::Map);
    show(view(0.25));
    EXPECT_FALSE(queue.runningIsStale());
    EXPECT_TRUE(queue.stillWanted(*map));
    EXPECT_FALSE(queue.isCurrent(*map));
    show(view(0.25, 1));
    EXPECT_TRUE(queue.runningIsStale());
    EXPECT_FALSE(queue.stillWanted(*map));
}

TEST_F(ViewQueueTest, ThumbnailsGiveWayToTheMapAndComeBack) {
    show(view());
    step();
    step();
    ASSERT_EQ(queue.take(now)->task, Task::Thumbnails);
    View zoomed = view();
    zoomed.viewport.queryEnd = 50;
    show(zoomed);
    EXPECT_TRUE(queue.runningIsStale());
    queue.finish(Outcome::Cancelled);
    EXPECT_EQ(drain(), (std::vector{Task::Map, Task::Thumbnails, Task::Profile}));
}

TEST_F(ViewQueueTest, WhileASlopeIsInHandTheForwardWaitsUntilItRests) {
    show(view(0.5));
    drain();
    View dragged = view(0.25);
    dragged.editing = true;
    show(dragged);
    EXPECT_EQ(step(), Task::Preview);
    EXPECT_EQ(step(), std::nullopt);
    ASSERT_TRUE(queue.wakeAt());
    EXPECT_EQ(*queue.wakeAt(), now + ViewQueue::kRest);
    EXPECT_TRUE(queue.busy()); // the sweep must not begin in between

    now += ViewQueue::kRest / 2;
    dragged.slopes = view(0.2).slopes; // moved on: the rest starts anew
    show(dragged);
    EXPECT_EQ(step(), Task::Preview);
    now += ViewQueue::kRest / 2 + 1ms;
    EXPECT_EQ(step(), std::nullopt);
    now += ViewQueue::kRest / 2;
    EXPECT_EQ(step(), Task::Forward);
}

TEST_F(ViewQueueTest, ReleasingTheSlopeStartsTheForwardAtOnce) {
    show(view(0.5));
    drain();
    View dragged = view(0.25);
    dragged.editing = true;
    show(dragged);
    step();
    dragged.editing = false;
    show(dragged);
    EXPECT_EQ(step(), Task::Forward);
}

TEST_F(ViewQueueTest, AShorterLengthIsPreviewedFromTheLongerOne) {
    show(view());
    drain();
    View shorter = view();
    shorter.length = 60;
    show(shorter);
    EXPECT_EQ(drain(), (std::vector{Task::Preview, Task::Forward, Task::Map, Task::Thumbnails, Task::Profile}));
}

TEST_F(ViewQueueTest, OtherPixelsAskForThumbnailsAlone) {
    show(view());
    drain();
    View sharper = view();
    sharper.thumbnailPixels *= 2;
    show(sharper);
    EXPECT_EQ(drain(), (std::vector{Task::Thumbnails}));
}

TEST_F(ViewQueueTest, ALongerLengthHasNoPreview) {
    show(view());
    drain();
    View longer = view();
    longer.length = 200;
    show(longer);
    EXPECT_EQ(drain(), (std::vector{Task::Forward, Task::Map, Task::Thumbnails, Task::Profile}));
}

TEST_F(ViewQueueTest, AForwardThatFailsLeavesNothingDueAndTheNextViewIsServed) {
    show(view());
    ASSERT_EQ(queue.take(now)->task, Task::Forward);
    queue.finish(Outcome::Failed);
    EXPECT_FALSE(queue.busy());
    show(view(0.25));
    EXPECT_EQ(step(), Task::Forward);
}

TEST_F(ViewQueueTest, CellAndLinksAreServedBeforeTheSlowPicturesAndAgainAfterAForward) {
    View pointing = view();
    pointing.cell = CellOnView{5, 3};
    pointing.token = 5;
    show(pointing);
    EXPECT_EQ(drain(),
              (std::vector{Task::Forward, Task::Cell, Task::Links, Task::Map, Task::Thumbnails, Task::Profile}));
    pointing.cell = CellOnView{6, 3};
    show(pointing);
    EXPECT_EQ(drain(), (std::vector{Task::Cell}));
}

TEST_F(ViewQueueTest, ACellThatIsNoLongerPointedAtIsForgotten) {
    show(view());
    drain();
    View pointing = view();
    pointing.cell = CellOnView{5, 3};
    show(pointing);
    const auto work = queue.take(now);
    ASSERT_EQ(work->task, Task::Cell);
    show(view());
    EXPECT_FALSE(queue.stillWanted(*work));
    queue.finish(Outcome::Cancelled);
    EXPECT_FALSE(queue.busy());
}

TEST_F(ViewQueueTest, AnOpenedModelVoidsOldViewsUntilTheWindowHasTakenItOver) {
    show(view());
    const auto forward = queue.take(now);
    queue.openModel("other");
    EXPECT_TRUE(queue.runningIsStale());
    queue.finish(Outcome::Cancelled);
    EXPECT_EQ(step(), Task::OpenModel);
    EXPECT_FALSE(queue.stillWanted(*forward));

    show(view()); // still of the old model: the window has not heard yet
    EXPECT_FALSE(queue.busy());
    queue.acknowledge();
    show(view());
    EXPECT_EQ(step(), Task::Forward);
}

TEST_F(ViewQueueTest, AModelThatCannotBeOpenedChangesNothing) {
    show(view());
    drain();
    queue.openModel("broken");
    ASSERT_EQ(queue.take(now)->task, Task::OpenModel);
    queue.finish(Outcome::Failed);
    show(view(0.5, 1));
    EXPECT_EQ(drain(), (std::vector{Task::Map, Task::Profile}));
}

TEST_F(ViewQueueTest, ATextWaitsForTheFirstModel) {
    queue.openText("text");
    EXPECT_EQ(step(), std::nullopt);
    queue.openModel("broken");
    ASSERT_EQ(queue.take(now)->task, Task::OpenModel);
    queue.finish(Outcome::Failed);
    EXPECT_EQ(step(), std::nullopt);
    queue.openModel("model");
    EXPECT_EQ(drain(), (std::vector{Task::OpenModel, Task::OpenText}));
}

TEST_F(ViewQueueTest, TheNewestOpeningWins) {
    queue.openModel("first");
    ASSERT_EQ(queue.take(now)->model, "first");
    queue.openModel("second");
    EXPECT_TRUE(queue.runningIsStale());
    queue.openModel("third");
    queue.finish(Outcome::Cancelled);
    EXPECT_EQ(queue.take(now)->model, "third");
    queue.finish(Outcome::Done);
    EXPECT_FALSE(queue.busy());
}

TEST_F(ViewQueueTest, CancelledOpeningsDoNotRun) {
    queue.openModel("model");
    queue.openText("text");
    queue.cancelOpening();
    EXPECT_FALSE(queue.busy());
    EXPECT_EQ(step(), std::nullopt);
}

TEST_F(ViewQueueTest, AnotherDeviceGoesFirstAndComputesTheViewAnew) {
    View both = view();
    both.cell = CellOnView{10, 5};
    show(both);
    drain();
    queue.useDevice({0});
    EXPECT_TRUE(queue.busy());
    EXPECT_EQ(drain(), (std::vector{Task::UseDevice, Task::Forward, Task::Cell, Task::Map, Task::Thumbnails, Task::Profile}));
    queue.openModel("other");
    queue.useDevice({1});
    const auto first = queue.take(now);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->task, Task::UseDevice) << "the model is then opened where it is wanted";
    EXPECT_EQ(first->device, Device{1});
}

TEST_F(ViewQueueTest, ADeviceThatCannotBeUsedChangesNothing) {
    show(view());
    drain();
    queue.useDevice({0});
    ASSERT_EQ(queue.take(now)->task, Task::UseDevice);
    queue.finish(Outcome::Failed);
    EXPECT_FALSE(queue.busy());
    show(view(0.5, 1));
    EXPECT_EQ(drain(), (std::vector{Task::Map, Task::Profile})) << "from the keys that are still at hand";
}

TEST_F(ViewQueueTest, TheNewestDeviceWins) {
    queue.useDevice({0});
    ASSERT_TRUE(queue.take(now));
    EXPECT_FALSE(queue.runningIsStale());
    queue.useDevice({});
    EXPECT_TRUE(queue.runningIsStale());
    queue.finish(Outcome::Cancelled);
    EXPECT_EQ(queue.take(now)->device, Device());
}

} // namespace
} // namespace slopescope::ui
