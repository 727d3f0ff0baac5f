/* commands.h - the commands, each in its own cmd_*.c: their tables. */
#ifndef GN_CLI_COMMANDS_H
#define GN_CLI_COMMANDS_H

#include "cli/options.h"

extern const struct gn_command gn_cmd_run;
extern const struct gn_command gn_cmd_get;
extern const struct gn_command gn_cmd_crawl;
extern const struct gn_command gn_cmd_query;
extern const struct gn_command gn_cmd_shell;
extern const struct gn_command gn_cmd_body;
extern const struct gn_command gn_cmd_diff;
extern const struct gn_command gn_cmd_prune;
extern const struct gn_command gn_cmd_check;
extern const struct gn_command gn_cmd_test;
extern const struct gn_command gn_cmd_replay;
extern const struct gn_command gn_cmd_status;
extern const struct gn_command gn_cmd_quarantine;
extern const struct gn_command gn_cmd_hosts;
extern const struct gn_command gn_cmd_export;
extern const struct gn_command gn_cmd_insert;
extern const struct gn_command gn_cmd_upsert;
extern const struct gn_command gn_cmd_fetch;
extern const struct gn_command gn_cmd_trigger;
extern const struct gn_command gn_cmd_pause;
extern const struct gn_command gn_cmd_resume;
extern const struct gn_command gn_cmd_why;
extern const struct gn_command gn_cmd_reload;
extern const struct gn_command gn_cmd_runs;
extern const struct gn_command gn_cmd_log;
extern const struct gn_command gn_cmd_backup;
extern const struct gn_command gn_cmd_checkpoint;
extern const struct gn_command gn_cmd_doctor;
extern const struct gn_command gn_cmd_harvest;
extern const struct gn_command gn_cmd_import;
extern const struct gn_command gn_cmd_resize;
extern const struct gn_command gn_cmd_completion;
extern const struct gn_command gn_cmd_version;
extern const struct gn_command gn_cmd_help;

#endif
