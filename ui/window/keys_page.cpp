#include "ui/window/keys_page.h"

#include "ui/widgets/theme.h"

#include <QGridLayout>
#include <QLabel>
#include <QList>
#include <QVBoxLayout>

#include <utility>

namespace slopescope::ui {

KeysPage::KeysPage(QWidget* parent) : QDialog(parent) {
    setWindowTitle(tr("Keys"));
    const QList<std::pair<QString, QString>> keys{
        {tr("↑ ↓"), tr("Layer above, layer below")},
        {tr("← →"), tr("Previous head, next head")},
        {tr("[  ]"), tr("Half, twice the length on view")},
        {tr("+  −  0"), tr("Zoom the map in, out, show all of it")},
        {tr("Wheel, drag"), tr("Zoom at the cursor, move the map")},
        {tr("Click a cell or token"), tr("Locks it; click it again or Esc to unlock")},
        {tr("Shift+arrows"), tr("Move the locked cell")},
        {tr("Space"), tr("Start the sweep, or stop it")},
        {tr("Ctrl+Z  Ctrl+Y"), tr("Undo, redo a change of slopes")},
        {tr("Ctrl+O"), tr("Open a workspace, a model or a text")},
        {tr("Ctrl+Shift+O"), tr("Open a text")},
        {tr("Ctrl+1 to Ctrl+9"), tr("Open a recent file")},
        {tr("Ctrl+S  Ctrl+Shift+S"), tr("Save the workspace, save it as another file")},
        {tr("Ctrl+T"), tr("Type a text of your own")},
        {tr("Ctrl+V"), tr("Paste a text")},
        {tr("Ctrl+F"), tr("Find in the text")},
        {tr("Ctrl+G"), tr("Go to a query or key, by number or word")},
        {tr("Shift+click a token"), tr("With the locked one: what the later gives the earlier, in every head")},
        {tr("Ctrl+E"), tr("Export a figure")},
        {tr("Ctrl+Shift+C"), tr("Copy picture and numbers of the panel used last")},
        {tr("Ctrl+P"), tr("Print it")},
        {tr("F5"), tr("Presentation: large letters, few panels; Esc ends it")},
        {tr("F11"), tr("Full screen")},
        {tr("Esc"), tr("Unlock; stop opening; dismiss a message")},
        {tr("F1"), tr("This list")},
    };
    auto* const grid = new QGridLayout;
    grid->setHorizontalSpacing(3 * kGrid);
    grid->setVerticalSpacing(6);
    for (int row = 0; row < keys.size(); ++row) {
        auto* const key = new QLabel(keys[row].first, this);
        setType(key, Type::Bold);
        grid->addWidget(key, row, 0);
        grid->addWidget(new QLabel(keys[row].second, this), row, 1);
    }
    auto* const drop = new QLabel(tr("Drop a workspace, a model's folder or a text file on the window to open it."), this);
    setLook(drop, "soft");
    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(20, 16, 20, 16);
    column->setSpacing(12);
    column->addLayout(grid);
    column->addWidget(drop);
    setFixedSize(sizeHint());
}

} // namespace slopescope::ui
