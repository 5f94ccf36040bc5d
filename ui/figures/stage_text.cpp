#include "ui/figures/stage_text.h"

#include <QCoreApplication>

namespace slopescope::ui {
namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("slopescope::ui", text);
}

} // namespace

QString stageText(Stage stage) {
    switch (stage) {
    case Stage::Score:
        return tr("score");
    case Stage::Bias:
        return tr("bias");
    case Stage::Sum:
        return tr("score plus bias");
    case Stage::Probability:
        break;
    }
    return tr("probability");
}

} // namespace slopescope::ui
