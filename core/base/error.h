// The one exception a person reads.
//
// Thrown wherever core meets something a person can act on: a bad file, a bad number, a device that is not there. The
// message is one sentence that names what is wrong and where. Two places catch it: Session's callers in app, and the
// Engine in ui.
#pragma once

#include <stdexcept>
#include <string>

namespace slopescope {

class Error : public std::runtime_error {
public:
    explicit Error(const std::string& sentence) : std::runtime_error(sentence) {}
};

// A device that failed or ran out of memory while it computed; the processor can do the same.
class DeviceError : public Error {
public:
    using Error::Error;
};

} // namespace slopescope
