/*
 * blame.h - which row it was that the store refused.
 *
 * Thread: the engine's.
 */
#ifndef GN_ENGINE_TABLE_BLAME_H
#define GN_ENGINE_TABLE_BLAME_H

#include "base/buf.h"
#include "engine/job.h"

/* Adds to text what message, with which the store refused job's batch, means:
 * if it tells of a statement of a row, which row and key that is; else the
 * message as it is. */
void gn_blame(const struct gn_job *job, const char *message,
              struct gn_buf *text);

#endif
