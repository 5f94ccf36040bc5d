// How numbers, sizes, slopes and tokens are written, everywhere in the window.
//
// Plain functions used by the panels and by main_window, on the window's thread. Numbers follow QLocale's default.
#pragma once

#include <QByteArrayView>
#include <QString>

#include <cstdint>
#include <optional>

namespace slopescope::ui {

QString grouped(std::int64_t number);               // 1,204
QString compactCount(std::int64_t number);          // 950, 31.2 k, 3.7 M, 1.1 B
QString byteSize(std::int64_t bytes);               // 24.0 MiB, as core/bytes_text.h writes it in progress and errors
QString significant(double value, int digits = 3);  // 0.354, 41.2, 1,310; "–" when not finite
QString perplexityText(double perplexity);          // 61.83, 142.1, 12,480

// "1/64" where the slope is exactly a power of two below 1, else three significant digits: "0.354", "3e-05", "0".
QString slopeText(double slope);

// Every digit of the slope, as one would type it back: "1/64", "0.35355339".
QString slopeEditText(double slope);

// Reads "1/64", "0.015625", "2^-6", "1e-3". On failure returns nothing and puts one sentence into `error`.
std::optional<double> parseSlope(const QString& text, QString* error = nullptr);

// A token's bytes as a person can see them: a space as "·", a line feed as "↵", a tab as "→", other control characters and
// bytes that are no whole UTF-8 character as "<0x0A>". Never empty for a non-empty token.
QString visibleToken(QByteArrayView bytes);

// The same, with its middle left out beyond `longest` characters.
QString visibleToken(QByteArrayView bytes, int longest);

} // namespace slopescope::ui
