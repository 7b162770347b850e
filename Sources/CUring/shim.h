// liburing. Its header sets _XOPEN_SOURCE; the two includes before it keep fd_set whole
// for files that import Glibc as well.
#pragma once
#include <sys/types.h>
#include <sys/select.h>
#include <liburing.h>
