// What the program denies itself before it speaks to a server.
#pragma once

namespace farmio {

// Closes what was inherited, gives up core dumps, more rights and memory beyond 1 GiB, and hides the
// password in its memory from other processes of the user.
void confine();

}  // namespace farmio
