// The numbers behind a figure as bytes: CSV, JSON, NPY, and the text that spreadsheets paste. Pure functions; any
// thread.
#pragma once

#include "ui/figures/figure.h"

#include <QByteArray>

namespace slopescope::ui {

// Rows end in a line feed; cells that need it stand in quotes (RFC 4180). A tab as separator: what spreadsheets paste.
// Pictures follow each other, a blank line between them.
QByteArray tableText(const FigureNumbers& numbers, char separator);

// {"title", "caption", "columns", "rows"} or {"title", "caption", "shape", "values"}; what is not known is null.
QByteArray numbersJson(const FigureNumbers& numbers, const QString& title, const QString& caption);

// float32 [rows][columns], or [pictures][rows][columns]. Only of pictures.
QByteArray numbersNpy(const FigureNumbers& numbers);

} // namespace slopescope::ui
