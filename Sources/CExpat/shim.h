// Expat: an XML document as a stream of elements and text.
#pragma once

#include <expat.h>
