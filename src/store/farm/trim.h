/*
 * trim.h - removes the last files of a farm, when nothing is left in them after
 * it was made smaller, and nobody else has it open.
 *
 * Thread: the one that opens the farm, before anybody else knows of it.
 */
#ifndef GN_STORE_FARM_TRIM_H
#define GN_STORE_FARM_TRIM_H

#include "store/farm/fleet.h"

/* Does nothing where there is nothing to do, or somebody else has the farm
 * open. Errors: those of reading and writing, IO. */
enum garner_code gn_trim(struct gn_fleet *f, struct garner_error *err);

#endif
