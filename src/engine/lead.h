/*
 * lead.h - an answer that leads elsewhere: a redirect is looked at, and then
 * followed by the same job, as if that had been due at the host which it leads
 * to. There it waits its turn, and asks for robots.txt, if it obeys that.
 *
 *   FETCHING -> WAITING -> FETCHING ...
 *
 * A crawl goes nowhere by a redirect where it would not by a link, and no
 * source to a private address, unless its own URL is at one, or that is
 * allowed. What it costs is counted for the host that was asked.
 *
 * Thread: the engine's.
 */
#ifndef GN_ENGINE_LEAD_H
#define GN_ENGINE_LEAD_H

#include "engine/state.h"

/* Goes where response, job's, redirects to. true: there it has to be started
 * (gn_start_hop). Else it is an answer; if job has failed by now, it may not go
 * where that leads. */
bool gn_lead_follow(struct gn_job *job, const struct gn_response *response);

#endif
