#include "simulation/scenario.h"

#include <string.h>

void scenario_play(struct world *world, const char *json)
{
	struct error e = {0};

	if (!model_scenario(world->model, json, &e))
		world_breach(world, SOUND_SIMULATION, "%s", e.text);
}

void scenario_publish(struct world *world, const char *url, const char *body)
{
	AUTO_DONE(text_done) struct text json = {0};

	text_add(&json, "{\"templates\":{");
	text_add_json(&json, url, strlen(url));
	text_add_char(&json, ':');
	text_add_json(&json, body, strlen(body));
	text_add(&json, "}}");
	scenario_play(world, text_string(&json));
}
