// How the stages of attention are called in the title of a figure. Pure function; window's thread.
#pragma once

#include "core/study/requests.h"

#include <QString>

namespace slopescope::ui {

QString stageText(Stage stage); // "probability"

} // namespace slopescope::ui
