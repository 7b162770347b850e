// libyaml: events of a YAML document, or of JSON, which is a part of YAML.
#pragma once

#include <yaml.h>
