#include "cli/duty.h"

#include "base/log.h"
#include "base/mem.h"
#include "control/beside.h"
#include "control/desk.h"
#include "control/sole.h"

enum garner_code gn_duty_take(const char *store, struct gn_duty *duty,
                              struct garner_error *err)
{
    char *database = NULL;
    char *file = NULL;
    enum garner_code code = gn_beside_store(store, &database, err);

    *duty = (struct gn_duty){0};
    if (code == GARNER_OK && database != NULL)
        code = gn_beside(store, "-collector", &file, err);
    if (code == GARNER_OK && database != NULL)
        code = gn_beside(store, "-control", &duty->control, err);
    if (code == GARNER_OK && database != NULL)
        code = gn_sole_take(database, file, &duty->lock, err);
    duty->taken = code == GARNER_OK && database != NULL;
    gn_free(file);
    gn_free(database);
    return code;
}

void gn_duty_answer(struct gn_duty *duty, const struct gn_verbs *verbs)
{
    const struct gn_desk_calls calls = {&duty->verbs, gn_verbs_answer};
    struct garner_error err;

    if (!duty->taken)
        return;
    duty->verbs = *verbs;
    if (gn_desk_open(duty->control, &calls, &duty->desk, &err) != GARNER_OK)
        gn_log(GN_LOG_WARN, NULL,
               "nobody can ask this collector (garner fetch, pause ...): %s",
               err.message);
}

void gn_duty_silence(struct gn_duty *duty)
{
    gn_desk_close(duty->desk);
    duty->desk = NULL;
}

void gn_duty_end(struct gn_duty *duty)
{
    gn_duty_silence(duty);
    if (duty->taken)
        gn_sole_leave(duty->lock);
    gn_free(duty->control);
    *duty = (struct gn_duty){0};
}
