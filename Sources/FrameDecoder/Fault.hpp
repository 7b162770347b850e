// Why a request is refused.
#pragma once
#include "Protocol.hpp"

#include <stdexcept>
#include <string>

namespace farmio {

struct Fault : std::runtime_error {
  Status status;
  Fault(Status status, const std::string &reason) : std::runtime_error(reason), status(status) {}
};

}  // namespace farmio
