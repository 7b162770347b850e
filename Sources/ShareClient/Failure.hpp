// Why a request was not done.
#pragma once

namespace farmio {

struct Failure {
  int code;  // as errno has it
};

}  // namespace farmio
