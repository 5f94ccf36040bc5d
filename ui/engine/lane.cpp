#include "ui/engine/lane.h"

#include "core/base/error.h"
#include "core/base/memory_fault.h"
#include "ui/widgets/format.h"

#include <QCoreApplication>
#include <QObject>

#include <exception>
#include <utility>

namespace slopescope::ui {
namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("slopescope::ui", text);
}

} // namespace

void deliverNewest(QObject* to, std::mutex& mutex, const std::uint64_t& newest, std::uint64_t revision,
                   std::function<void()> deliver) {
    auto cross = [&mutex, &newest, revision, deliver = std::move(deliver)] {
        {
            const std::lock_guard lock(mutex);
            if (revision != newest)
                return;
        }
        deliver();
    };
    QMetaObject::invokeMethod(to, std::move(cross), Qt::QueuedConnection);
}

QString faultSentence(const std::function<QString(const QString& amounts)>& memory) {
    try {
        throw;
    } catch (const Error& error) {
        return QString::fromStdString(error.what());
    } catch (const std::exception& error) {
        const auto fault = memoryFault(error);
        if (!fault)
            return QString::fromUtf8(error.what()).section('\n', 0, 0);
        const QString left = byteSize(fault->left);
        return memory(fault->asked ? tr("%1 were asked for, %2 are left").arg(byteSize(*fault->asked), left)
                                   : tr("%1 are left").arg(left));
    } catch (...) {
        return tr("The computation failed for an unknown reason.");
    }
}

bool isDeviceFault() {
    try {
        throw;
    } catch (const DeviceError&) {
        return true;
    } catch (...) {
        return false;
    }
}

} // namespace slopescope::ui
