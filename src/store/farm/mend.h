/*
 * mend.h - what is done about slots that were left on their way between two
 * shards, because who moved them died: those whose rows have been copied get
 * there, the others are where they were. Any step may be repeated.
 *
 * Thread: any.
 */
#ifndef GN_STORE_FARM_MEND_H
#define GN_STORE_FARM_MEND_H

#include "store/farm/fleet.h"

/* Mends all, for who has the moves (moves.h). Errors: those of writing. */
enum garner_code gn_mend(struct gn_fleet *f, struct garner_error *err);

/* The same for those who wait for a slot. Errors: BUSY (somebody moves slots,
 * or harvests: wait for that), UNSUPPORTED (read-only), those of writing. */
enum garner_code gn_mend_help(struct gn_fleet *f, struct garner_error *err);

#endif
