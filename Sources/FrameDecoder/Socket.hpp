// Requests in, replies out.
#pragma once
#include "Protocol.hpp"

namespace farmio {

// Waits for a request; false when the parent is gone.
bool receive(Request &request);

// Sends a reply; false when the parent is gone.
bool send(const Reply &reply);

Reply done(uint64_t byteCount);
Reply failure(Status status, const char *message);

}  // namespace farmio
