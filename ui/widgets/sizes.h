// How large type and lines are, in one place: the text size that a person chose, or what a projector needs.
//
// Read by the theme's fonts and by whatever paints; set by applySizes (theme.h). Window's thread.
#pragma once

namespace slopescope::ui {

struct Sizes {
    int tick = 11, label = 12, body = 13, name = 16; // pixels of type
    double lines = 1;                                // times the usual width of lines that show data
    bool strong = false;                             // words and lines stand out as they must on a projector

    bool operator==(const Sizes&) const = default;

    static Sizes scaled(double factor); // the text size of a person; lines stay
    // For a screen of so many lines of pixels that is read from the back row: no letter below 24 px at 1080, curves of 4.
    static Sizes forProjector(int height);
};

// In force where this is called: the screen's, unless a SizesHere stands.
const Sizes& sizes();
const Sizes& screenSizes();
void setScreenSizes(const Sizes& sizes); // by applySizes alone, which tells the widgets

int atTextSize(int pixels);     // a distance that grows with the letters
double lineWidth(double usual); // of a line that shows data

// Other sizes for as long as it lives: a figure for a file is not drawn in those of the screen.
class SizesHere {
public:
    explicit SizesHere(const Sizes& sizes);
    ~SizesHere();
    SizesHere(const SizesHere&) = delete;
    SizesHere& operator=(const SizesHere&) = delete;

private:
    const Sizes m_before;
};

} // namespace slopescope::ui
