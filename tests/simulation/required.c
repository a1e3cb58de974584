#include "simulation/required.h"

bool required_status(enum stack_status status, enum stack_state state)
{
	(void)status;
	(void)state;
	return false;
}

bool required_call(enum call_kind call, enum fault fault)
{
	(void)call;
	(void)fault;
	return false;
}

bool required_reason(size_t reason)
{
	(void)reason;
	return false;
}
