/*
 * survey.h - how the engine is doing: copies of its numbers.
 *
 * Thread: any.
 */
#ifndef GN_ENGINE_SURVEY_H
#define GN_ENGINE_SURVEY_H

#include "engine/roster.h"
#include "engine/state.h"
#include "engine/status.h"

/* Fills *status, but for its phase. */
void gn_survey(struct gn_flow *f, const struct gn_roster *roster,
               struct gn_status *status);

/* Fills up to max lines, from the source at index first on; returns how many.
 */
size_t gn_survey_sources(struct gn_flow *f, const struct gn_roster *roster,
                         size_t first, struct gn_source_status *lines,
                         size_t max);

#endif
