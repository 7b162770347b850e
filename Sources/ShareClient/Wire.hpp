// Requests in, replies out, and the parent's death.
#pragma once
#include "Protocol.hpp"

namespace farmio {

// Waits for a request; false when the parent is gone.
bool receive(Request &request);
// Sends a reply; false when the parent is gone.
bool send(const Reply &reply);
// Ends the program as soon as the parent is gone, whatever is under way: a thread of its own waits
// for it and touches nothing else. The kernel's signal of a parent's death would come when the
// *thread* ends that started us.
void endWithParent();

}  // namespace farmio
