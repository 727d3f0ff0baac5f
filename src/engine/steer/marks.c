#include "engine/steer/marks.h"

#include "engine/history/cell.h"

enum garner_code gn_marks_add_paused(struct garner_batch *batch, int64_t source,
                                     bool paused, struct garner_error *err)
{
    return garner_batch_add(
        batch, "update garner_source set paused = ?2 where id = ?1",
        GARNER_ARGS(garner_integer(source), gn_cell_integer(1, paused)), err);
}

enum garner_code gn_marks_add_retired(struct garner_batch *batch,
                                      int64_t source, struct garner_error *err)
{
    return garner_batch_add(batch,
                            "update garner_source set retired = 1,"
                            " max_age = null, watched = null where id = ?",
                            GARNER_ARGS(garner_integer(source)), err);
}
