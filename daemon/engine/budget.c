#include "engine/budget.h"

static const double lowest_rate = 0.05; /* one call in 20 s: never quite silent */
static const double recovery = 0.02;    /* of the ceiling, with each success */

static double depth(const struct budget *budget)
{
	double bucket = 2 * budget->ceiling;

	return bucket < 1 ? 1 : bucket;
}

static void fill(struct budget *budget, uint64_t now_ms)
{
	if (now_ms <= budget->filled_ms)
		return;
	budget->tokens += (double)(now_ms - budget->filled_ms) * budget->rate / 1000;
	if (budget->tokens > depth(budget))
		budget->tokens = depth(budget);
	budget->filled_ms = now_ms;
}

void budget_set(struct budget *budget, double rate, uint64_t now_ms)
{
	if (rate == budget->ceiling)
		return;
	fill(budget, now_ms);
	if (budget->ceiling == 0)
		budget->tokens = 2 * rate;
	budget->ceiling = rate;
	budget->rate = rate;
	budget->filled_ms = now_ms;
	if (budget->tokens > depth(budget) || budget->tokens < 1)
		budget->tokens = depth(budget);
}

bool budget_take(struct budget *budget, uint64_t now_ms, uint64_t *due_ms)
{
	fill(budget, now_ms);
	/* A millisecond's rounding must not cost another round. */
	if (budget->tokens >= 1 - 1e-9) {
		budget->tokens -= 1;
		return true;
	}
	if (due_ms)
		*due_ms = now_ms + 1 + (uint64_t)((1 - budget->tokens) * 1000 / budget->rate);
	return false;
}

void budget_throttled(struct budget *budget, uint64_t now_ms)
{
	fill(budget, now_ms);
	budget->rate = budget->rate / 2 < lowest_rate ? lowest_rate : budget->rate / 2;
	if (budget->rate > budget->ceiling)
		budget->rate = budget->ceiling;
	budget->tokens = 0;
	budget->throttled++;
}

void budget_succeeded(struct budget *budget)
{
	budget->throttled = 0;
	budget->rate += budget->ceiling * recovery;
	if (budget->rate > budget->ceiling)
		budget->rate = budget->ceiling;
}
