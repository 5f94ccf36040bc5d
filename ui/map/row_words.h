// The arithmetic of one cell of a row, written out as a person would write it. Pure functions; any thread.
#pragma once

#include "core/study/row_requests.h"

#include <QString>
#include <QStringList>

namespace slopescope::ui {

QString rowNumber(double value, int digits = 3); // "−0.375", "0.000"

// Four lines: q·k / √d, the bias, their sum, the softmax; of a masked cell one line that says so.
QStringList arithmeticOf(const RowsResult& rows, std::int64_t query, std::int64_t key);

} // namespace slopescope::ui
