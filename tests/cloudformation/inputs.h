/* The constraints that the service's own model puts on fields, checked before any action runs. */
#pragma once

#include "cloudformation/exchange.h"

/* `required`: names of fields with a blank between. False: the exchange is refused. */
bool inputs_check(struct exchange *exchange, const char *required);
