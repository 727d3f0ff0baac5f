/*
 * places.h - whether each source saves to a file of its own: two that save to
 * one would undo each other's.
 *
 * Thread: any. Only what the paths are at one moment is compared: all times in
 * them are the same then.
 */
#ifndef GN_CONFIG_PLACES_H
#define GN_CONFIG_PLACES_H

#include "config/config.h"
#include "config/problems.h"

/* Notes the sources of config, whose paths are good ones, that save to a file
 * of one before them. */
void gn_places_check(struct gn_problems *p, const struct gn_config *config);

#endif
