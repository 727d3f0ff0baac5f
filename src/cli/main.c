/* main.c - finds the command and runs it. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"
#include "cli/commands.h"
#include "cli/help.h"
#include "cli/outcome.h"
#include "cli/text.h"
#include "extract/sqlheap.h"

static const struct gn_command *const commands[] = {
    &gn_cmd_run,     &gn_cmd_fetch,      &gn_cmd_get,        &gn_cmd_crawl,
    &gn_cmd_query,   &gn_cmd_shell,      &gn_cmd_body,       &gn_cmd_diff,
    &gn_cmd_prune,   &gn_cmd_check,      &gn_cmd_test,       &gn_cmd_replay,
    &gn_cmd_status,  &gn_cmd_why,        &gn_cmd_runs,       &gn_cmd_log,
    &gn_cmd_pause,   &gn_cmd_resume,     &gn_cmd_trigger,    &gn_cmd_reload,
    &gn_cmd_hosts,   &gn_cmd_quarantine, &gn_cmd_export,     &gn_cmd_insert,
    &gn_cmd_upsert,  &gn_cmd_backup,     &gn_cmd_checkpoint, &gn_cmd_doctor,
    &gn_cmd_harvest, &gn_cmd_import,     &gn_cmd_resize,     &gn_cmd_completion,
    &gn_cmd_version, &gn_cmd_help,
};

static const struct gn_program program = {commands,
                                          sizeof commands / sizeof commands[0]};

static enum gn_exit no_command(void)
{
    struct gn_buf text = {0};

    gn_help_program(&program, &text);
    fputs(gn_buf_cstr(&text), stderr);
    gn_buf_fini(&text);
    return GN_EXIT_USAGE;
}

static enum gn_exit unknown_command(const char *name)
{
    const struct gn_command *near = gn_command_near(&program, name);

    if (near != NULL)
        return gn_exit_usage("there is no command '%.60s'; did you mean "
                             "'garner %s'?",
                             name, near->name);
    if (strstr(name, "://") != NULL)
        return gn_exit_usage("a command goes before the URL: 'garner get URL' "
                             "or 'garner run URL --every 1s --db data.db'");
    return gn_exit_usage("there is no command '%.60s'; 'garner help' lists "
                         "them",
                         name);
}

/* argc and argv: what follows the command's name. */
static enum gn_exit run_command(const struct gn_command *command, int argc,
                                char *const *argv)
{
    struct gn_call call = {.program = &program, .command = command};
    const char **items = gn_alloc(((size_t)argc + 1) * sizeof *items);
    struct garner_error err = {0};
    char *help[] = {(char *)command->name};
    enum garner_code code;
    enum gn_exit status;

    call.settings = gn_alloc(command->settings_size + 1);
    if (items == NULL || call.settings == NULL) {
        gn_complain("out of memory");
        gn_free(items);
        return GN_EXIT_STORE;
    }
    code = gn_options_parse(&call, items, argc, argv, &err);
    if (code == GARNER_OK)
        status = command->run(&call);
    else if (code == GARNER_DONE)
        status = run_command(&gn_cmd_help, 1, help);
    else
        status = gn_exit_usage("%s", err.message);
    gn_options_fini(&call);
    gn_free(call.settings);
    gn_free(items);
    return status;
}

/* Takes the places of closed standard files (garner get URL >&-), before
 * another file does: reading finds an end, writing an error. */
static void hold_standard_files(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
            (void)open("/dev/null", O_RDONLY);
}

int main(int argc, char **argv)
{
    const struct gn_command *command;
    const char *name = argc > 1 ? argv[1] : NULL;

    hold_standard_files();
    gn_text_init();
    (void)gn_sqlheap_install(); /* before anything opens a database */
    /* A reader that goes away is an error of write(2), not the end. */
    GN_CHECK(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
    /* a file over its limit (ulimit -f) is an error of the write */
    GN_CHECK(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    if (name == NULL)
        return (int)no_command();
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        name = "help";
    else if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
        name = "version";
    command = gn_command_find(&program, name);
    if (command == NULL)
        return (int)unknown_command(name);
    return (int)run_command(command, argc - 2, argv + 2);
}
