// Curves to show, and a panel that shows them.
#pragma once

#include "tests/ui/pixels.h"
#include "ui/curves/curve_view.h"
#include "ui/widgets/panel_header.h"

#include <QLocale>
#include <QPushButton>
#include <QTest>
#include <gtest/gtest.h>

#include <cmath>

namespace slopescope::ui::tests {

inline CurvePoint point(std::int64_t length, double perplexity, double error = 0.01) {
    CurvePoint made;
    made.length = length;
    made.perplexity = perplexity;
    made.nll = std::log(perplexity);
    made.standardError = error;
    made.bitsPerByte = made.nll / 3;
    made.windows = 12;
    made.tokens = 12 * length;
    return made;
}

inline CurveResult curve(const std::string& model, double perplexity, double growth = 0) {
    CurveResult made;
    made.variant.model = model;
    made.textDigest = 1;
    made.textTokens = 29185;
    made.windowLength = 4096;
    made.windowsDone = made.windowsTotal = 12;
    made.complete = made.filled = true;
    for (std::int64_t length = 32; length <= 4096; length *= 2)
        made.points.push_back(point(length, perplexity * std::pow(double(length) / 32, growth)));
    for (std::int64_t context = 1; context < 4096; context *= 2)
        made.context.push_back(
            {context, 2 * context, std::log(perplexity * (1 + 3.0 / double(context))), 0.02, 2, context});
    return made;
}

// Curves in colours that nothing else has; the first is on view, `b` is B.
inline const std::vector<QColor> kColours{Qt::magenta, QColor(0, 160, 0), QColor(200, 120, 0), QColor(0, 140, 200)};

struct Shown {
    CurvesResult result;
    std::vector<CurveLine> lines;

    explicit Shown(std::vector<CurveResult> curves, int b = -1) {
        result.plan.error = 0.01;
        result.complete = result.filled = true;
        result.curves = std::move(curves);
        for (std::size_t i = 0; i < result.curves.size(); ++i) {
            CurveLine line;
            line.id = int(i) + 1;
            line.name = QString::fromStdString(result.curves[i].variant.model);
            line.colour = kColours[i % kColours.size()];
            line.selected = i == 0;
            line.isB = int(i) == b;
            lines.push_back(line);
            CurveDifference difference;
            if (b >= 0 && int(i) != b && result.curves[i].textDigest == result.curves[std::size_t(b)].textDigest)
                for (std::size_t p = 0; p < result.curves[i].points.size(); ++p)
                    difference.points.push_back(
                        {result.curves[i].points[p].length,
                         result.curves[i].points[p].nll - result.curves[std::size_t(b)].points[p].nll, 0.0004, 0.01,
                         12});
            result.differences.push_back(difference);
        }
    }
};

class CurveViewTest : public testing::Test {
protected:
    void SetUp() override {
        QLocale::setDefault(QLocale(QLocale::English));
        view.resize(1160, 276);
        view.show();
        QTest::qWait(20);
    }
    void TearDown() override { QLocale::setDefault(QLocale::system()); }

    void show(const Shown& shown) { view.setCurves(std::make_shared<CurvesResult>(shown.result), shown.lines); }
    QImage picture() {
        QTest::qWait(20); // plots are drawn in the next turn
        return view.findChild<QWidget*>("curvePlot")->grab().toImage();
    }
    void press(const QString& segment) {
        for (QPushButton* button : view.header()->findChildren<QPushButton*>())
            if (button->text() == segment && button->isVisible())
                return QTest::mouseClick(button, Qt::LeftButton);
        FAIL() << "no segment " << segment.toStdString();
    }
    void setUnit(CurveUnit unit) { view.setCurveLook({unit, CurveAxis::Length, {}}); }
    QStringList names() {
        picture();
        QStringList texts;
        for (const PlacedLabel& label : view.labels())
            texts += label.text;
        return texts;
    }

    CurveView view;
};

} // namespace slopescope::ui::tests
