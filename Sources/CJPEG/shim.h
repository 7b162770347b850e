// TurboJPEG: errors come back as codes, where plain libjpeg would end the process.
#pragma once

#include <turbojpeg.h>
