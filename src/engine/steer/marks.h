/*
 * marks.h - what people and their file say of a source, in garner_source:
 * paused, retired.
 *
 * Thread: any.
 */
#ifndef GN_ENGINE_STEER_MARKS_H
#define GN_ENGINE_STEER_MARKS_H

#include <stdbool.h>
#include <stdint.h>

#include "garner/write.h"

/* Adds the statement that marks the source of that id. Errors: NOMEM. */
enum garner_code gn_marks_add_paused(struct garner_batch *batch, int64_t source,
                                     bool paused, struct garner_error *err);
/* The file has it no more; what enters it again (gn_history_add_source) takes
 * the mark away. */
enum garner_code gn_marks_add_retired(struct garner_batch *batch,
                                      int64_t source, struct garner_error *err);

#endif
