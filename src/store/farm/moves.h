/*
 * moves.h - who may move slots of a farm, or harvest it: one thread of one
 * process at a time; and whether anybody else has it open. By a turn (turn.h)
 * of its own, FOLDER/resize-turn: death of the holder gives it back.
 *
 * Thread: any.
 */
#ifndef GN_STORE_FARM_MOVES_H
#define GN_STORE_FARM_MOVES_H

#include <stdbool.h>
#include <stdint.h>

#include "garner/error.h"

struct gn_moves;

/* From now on no file of the farm is removed by others; waits until deadline_ns
 * for who does just now. folder is borrowed. Errors: BUSY, NOMEM, IO. */
enum garner_code gn_moves_open(const char *folder, int64_t deadline_ns,
                               struct gn_moves **out, struct garner_error *err);
/* NULL is fine. */
void gn_moves_close(struct gn_moves *m);

/* Waits until deadline_ns for being the only one. Errors: BUSY (who is). */
enum garner_code gn_moves_begin(struct gn_moves *m, int64_t deadline_ns,
                                struct garner_error *err);
void gn_moves_end(struct gn_moves *m);

/* true: nobody else has the farm open, nor can open it until the end of that.
 */
bool gn_moves_seclude(struct gn_moves *m);
void gn_moves_end_seclusion(struct gn_moves *m);

#endif
