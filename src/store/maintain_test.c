/* maintain_test.c - what the public calls refuse; backup_test.c has the rest.
 */
#include "store/door_test.h"

#include <sys/wait.h>

static void a_backup_wants_a_store_and_a_name(void **state)
{
    struct garner_error err;

    (void)state;
    assert_int_equal(garner_backup(NULL, "x", false, NULL, NULL, &err),
                     GARNER_MISUSE);
    assert_int_equal(garner_backup(store, NULL, false, NULL, NULL, &err),
                     GARNER_MISUSE);
    assert_non_null(strstr(err.message, "name the file"));
}

static void a_forked_child_may_not(void **state)
{
    char path[128];
    int status;
    pid_t child;

    (void)state;
    snprintf(path, sizeof path, "%s/copy.db", fixture.folder);
    child = fork();
    if (child == 0)
        _exit((int)garner_backup(store, path, false, NULL, NULL, NULL));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WEXITSTATUS(status), GARNER_MISUSE);
    assert_int_not_equal(access(path, F_OK), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(a_backup_wants_a_store_and_a_name, with_store),
        WITH(a_forked_child_may_not, with_store),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
