/* What the story does to the service. */
#pragma once

#include "simulation/world.h"

/* Plays a scenario of the model, see model_scenario(). */
void scenario_play(struct world *world, const char *json);

/* What a template's URL leads to, from now on. */
void scenario_publish(struct world *world, const char *url, const char *body);
