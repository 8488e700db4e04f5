"""Name what does not run on Windows, each with the reason: folders and files of tests, and tests of
the folders that run, by themselves or by a fixture that they use.

tools/wine.py names what runs. A name without its parameters stands for all of them.
"""

MODES = "permissions as POSIX has them; those of Windows: tests/windows/test_owners.py"
LIMITS = "limits of a process that Windows has not"
ZONE = "a process cannot change its time zone"
OPEN_FILES = "nobody can remove a file that is open"
OPEN_FOLDER = "nobody can remove the folder that a process works in"
WINE_LINKS = "Wine says that it made a link, and makes none"
LINKS = "no link is refused: only administrators can write to the folder"
VOLUMES = "small volumes, mounted by the test"
RESOLVER = "the resolver of Windows leaves out the protocol"
MANY = "eight processes at a time, which Wine takes minutes to start"
SLOW = "opens files thousands of times, which Wine takes minutes for"
WORLDS = "namespaces of network, with other addresses"
KERNEL = "what only the kernel of Linux has or tells: /proc, pipes among the files, zombies"
TAR = "tar, which Windows has and Wine has not"
A_SECOND = "gives a second to what takes Wine longer"
PROGRAM_OF_PYTHON = (
    "runs a program of a package, and the prefix has the packages without theirs"
)
BUFFERS = "the event loop of Windows keeps a buffer of 64 KiB for each connection"
READING = "Wine takes longer to read so much than the process that reads it has"
SOCKET = "stands behind a Unix socket itself; the named pipe: tests/windows/test_named_pipe.py"
BREAK = "ends a node by SIGTERM; Wine sends no Ctrl+Break to a process without a console"
WORDS = "an argument is text there, and no bytes"
FORKS = "forks for each command; tests/windows/test_imports.py imports all in one process"
PAGE = "the page of the commands is written on Linux, where some commands differ"
SYSTEMD = "a datagram socket among the files, as systemd has one"
PLACES = "the places of files, programs and users on Linux, as its golden texts name them"

BROKEN_OFF = "the event loop of Windows ends a connection in order that we break off"
NUMBERS = "a socket has no number among the files of its process"

KERBEROS = (
    "Windows brings Kerberos itself; Wine's ends the program that asks for it now and then"
)
BROWSER = "needs Chromium, which does not run under Wine"
SOURCE = "reads the texts in the source, which are the same on each system"

FIXTURES = {
    "chromium": BROWSER,
    "terminal": "types at a terminal of Linux (pty); a console of Windows is another thing",
}
"""Fixtures whose tests cannot run there."""

TESTS = {
    "tests/actions/test_in_a_browser.py::"
    "test_a_mail_can_be_read_on_a_phone_and_asks_nobody_for_anything": BROWSER,
    "tests/actions/test_template.py::test_what_is_wrong_is_said[memory]": LIMITS,
    "tests/checks/test_logfile.py::"
    "test_a_log_that_leads_to_what_the_kernel_generates_says_so": PLACES,
    "tests/checks/test_logfile.py::test_what_is_remembered_of_many_files_stays_small": SLOW,
    "tests/checks/test_logfile.py::"
    "test_of_thousands_of_files_each_is_held_against_few_others": SLOW,
    "tests/checks/test_http.py::"
    "test_our_own_shortage_of_files_is_not_the_server_s_fault": LIMITS,
    "tests/checks/test_port.py::test_our_own_shortage_of_files_is_not_the_ports_fault": LIMITS,
    "tests/checks/test_reach.py::"
    "test_our_own_shortage_of_files_is_not_the_computers_fault": LIMITS,
    "tests/checks/test_logfile_rotation.py::"
    "test_a_link_that_is_set_to_the_file_of_the_day": WINE_LINKS,
    "tests/checks/test_logfile_rotation.py::"
    "test_a_link_that_leads_nowhere_hides_no_rotated_file": WINE_LINKS,
    "tests/checks/test_logfile_rotation.py::"
    "test_files_rotated_while_nobody_looked_are_all_read_however_many_and_in_portions": SLOW,
    "tests/core/test_command_text.py::test_the_name_is_that_of_a_command": SOURCE,
    "tests/core/test_translation.py::test_no_text_tells_one_as_several": SOURCE,
    "tests/definitions/test_bad.py::test_a_bad_folder_says_what_is_wrong": PLACES,
    "tests/flow/test_signs_of_life.py::"
    "test_the_service_manager_is_reached_as_its_variables_say": SYSTEMD,
    "tests/hosts/test_clearance.py::"
    "test_one_look_serves_all_that_ask_at_once_and_the_next_is_looked_at_anew": MODES,
    "tests/hosts/test_counters.py::test_memory_is_what_the_kernel_says": KERNEL,
    "tests/hosts/test_counters.py::test_the_kernel_of_linux_counts_more": KERNEL,
    "tests/hosts/test_counters.py::test_this_host_tells_both": KERNEL,
    "tests/hosts/test_examination.py::test_a_home_that_is_well_passes_every_stage": MODES,
    "tests/hosts/test_examination.py::test_a_store_that_others_can_read_is_remarked": MODES,
    "tests/hosts/test_examination.py::"
    "test_a_home_that_others_may_write_into_is_told_with_what_closes_it": MODES,
    "tests/hosts/test_examination.py::test_braces_in_a_path_are_told_as_they_are": MODES,
    "tests/hosts/test_files.py::test_the_identity_stays_through_a_rename_and_a_link": WINE_LINKS,
    "tests/hosts/test_files.py::test_what_is_no_regular_file_is_not_opened": KERNEL,
    "tests/hosts/test_files.py::test_what_is_our_own_is_opened_by_no_name[link]": WINE_LINKS,
    "tests/hosts/test_files.py::test_what_the_kernel_makes_up_is_opened_by_no_name": KERNEL,
    "tests/hosts/test_files.py::"
    "test_a_log_that_is_reached_through_a_link_of_the_kernel_is_a_log": KERNEL,
    "tests/hosts/test_files.py::test_a_backup_in_an_archive_is_opened_under_no_name[tar]": TAR,
    "tests/hosts/test_files.py::"
    "test_a_backup_in_an_archive_is_opened_under_no_name[tar of 1979]": TAR,
    "tests/hosts/test_files.py::"
    "test_a_backup_in_an_archive_is_opened_under_no_name[tar of POSIX]": TAR,
    "tests/hosts/test_files.py::"
    "test_a_backup_in_an_archive_is_opened_under_no_name[tar.gz]": TAR,
    "tests/hosts/test_files.py::"
    "test_a_backup_in_an_archive_is_opened_under_no_name[tar.bz2]": TAR,
    "tests/hosts/test_files.py::"
    "test_a_backup_in_an_archive_is_opened_under_no_name[tar.xz]": TAR,
    "tests/hosts/test_files.py::"
    "test_a_backup_that_is_still_being_written_is_not_opened": OPEN_FILES,
    "tests/hosts/test_local.py::test_the_real_table_says_of_a_process_what_psutil_does": KERNEL,
    "tests/hosts/test_local.py::"
    "test_a_title_that_a_program_wrote_over_its_arguments_is_read": KERNEL,
    "tests/hosts/test_local.py::"
    "test_a_process_that_only_waits_to_be_buried_does_not_run": KERNEL,
    "tests/hosts/winrm/test_winrm_connection.py::"
    "test_kerberos_without_its_packages_says_what_is_missing": KERBEROS,
    "tests/logs/test_line_format.py::test_a_files_line_has_the_time_with_its_offset": ZONE,
    "tests/logs/test_sinks.py::test_the_file_is_its_owners_alone": MODES,
    "tests/logs/test_sinks.py::test_a_file_that_was_taken_away_is_made_anew": OPEN_FILES,
    "tests/logs/test_sinks.py::test_a_link_in_its_place_is_not_followed": LINKS,
    "tests/logs/test_sinks.py::"
    "test_on_a_full_volume_lines_go_to_stderr_and_into_the_file_again_later": VOLUMES,
    "tests/logs/test_sinks.py::test_the_last_room_of_a_volume_is_left_to_the_alarms": VOLUMES,
    "tests/network/test_happy_eyeballs.py::"
    "test_an_address_is_known_without_a_resolver_as_the_resolver_knows_it": RESOLVER,
    "tests/oauth/test_sharing.py::"
    "test_eight_processes_with_four_threads_each_ask_the_provider_once": MANY,
    "tests/stores/test_full_volume.py::"
    "test_the_ballast_has_real_blocks_and_is_for_its_owner_alone": VOLUMES,
    "tests/stores/test_full_volume.py::"
    "test_what_5000_monitors_have_to_say_goes_through_a_full_volume": VOLUMES,
    "tests/stores/test_full_volume.py::"
    "test_a_program_that_takes_every_free_byte_cannot_take_what_old_samples_leave": VOLUMES,
    "tests/stores/test_full_volume.py::"
    "test_samples_are_refused_when_room_is_short_and_told_from_the_rest": VOLUMES,
    "tests/stores/test_full_volume.py::"
    "test_old_samples_go_before_anything_that_was_said_is_refused": VOLUMES,
    "tests/stores/test_full_volume.py::test_when_there_is_room_again_all_is_as_before": VOLUMES,
    "tests/stores/test_full_volume.py::test_a_node_starts_on_a_full_volume": VOLUMES,
    "tests/stores/test_full_volume.py::"
    "test_without_its_ballast_a_full_volume_is_named_in_both_languages": VOLUMES,
    "tests/stores/test_full_volume.py::"
    "test_a_volume_too_small_for_the_ballast_takes_no_samples_and_says_so": VOLUMES,
    "tests/stores/test_full_volume.py::"
    "test_a_lock_is_known_by_who_holds_it_also_on_a_full_volume": VOLUMES,
    "tests/stores/test_full_volume.py::"
    "test_a_volume_that_became_read_only_is_told_at_once": VOLUMES,
    "tests/stores/test_full_volume.py::"
    "test_a_volume_that_is_read_only_from_the_start_is_refused": VOLUMES,
    "tests/stores/test_opening.py::"
    "test_without_room_for_the_copy_the_update_is_refused_in_plain_words": VOLUMES,
    "tests/stores/sqlite/test_restore.py::"
    "test_a_backup_that_does_not_fit_leaves_nothing_behind": VOLUMES,
    "tests/stores/sqlite/test_presence.py::"
    "test_a_file_that_loses_its_name_is_told_and_nothing_more_is_written": OPEN_FILES,
    "tests/stores/sqlite/test_presence.py::"
    "test_another_file_in_its_place_is_left_as_it_is": OPEN_FILES,
    "tests/stores/sqlite/test_presence.py::"
    "test_what_was_in_it_can_be_saved_and_looked_through_as_long_as_it_is_open": OPEN_FILES,
    "tests/transports/diagnostics/test_pickup.py::"
    "test_a_folder_that_may_not_be_written_to_stops_at_writing": PLACES,
    "tests/transports/diagnostics/test_smtp.py::"
    "test_an_aaaa_that_is_a_black_hole_works_and_is_told": WORLDS,
    "tests/transports/test_docs.py::test_an_example_can_be_used": PLACES,
    "tests/transports/test_networks.py::test_a_mail_arrives_where": WORLDS,
    "tests/transports/test_pickup.py::"
    "test_a_folder_that_may_be_written_to_and_not_be_read_is_a_letter_box": MODES,
    "tests/transports/test_pickup.py::"
    "test_a_link_of_another_user_in_the_folder_s_place_is_not_followed": LINKS,
    "tests/transports/test_pickup.py::test_links_that_lead_in_a_circle_are_told": LINKS,
    "tests/transports/test_pickup.py::"
    "test_a_volume_that_takes_nothing_takes_the_route_down": VOLUMES,
    "tests/vault/test_key_rotation.py::"
    "test_an_exchange_that_is_killed_while_it_writes_a_key_leaves_no_half_key": LIMITS,
    "tests/vault/test_key_rotation.py::"
    "test_the_old_key_is_a_file_of_its_own_where_no_file_can_have_two_names": MODES,
    "tests/vault/test_vault.py::test_a_key_file_is_its_owners_alone_whatever_the_umask_says": MODES,
    "tests/vault/test_vault.py::test_a_key_that_others_may_touch_is_refused": MODES,
    "tests/web/api/test_endpoints.py::"
    "test_every_answer_is_as_the_document_says": PROGRAM_OF_PYTHON,
    "tests/web/link/test_attacks.py::"
    "test_a_connection_of_an_agent_may_rest_longer_than_others": A_SECOND,
    "tests/web/test_attacks_led.py::"
    "test_no_log_monitor_shows_what_is_in_a_file_of_our_own[link]": WINE_LINKS,
    "tests/web/test_relay.py::"
    "test_if_the_node_that_sends_dies_in_an_answer_the_caller_sees_no_end_of_it": BROKEN_OFF,
    "tests/web/test_server.py::"
    "test_an_answer_that_is_written_piece_by_piece_leaves_at_once": NUMBERS,
    "tests/web/test_agent_listener.py::"
    "test_a_connection_that_rests_takes_little_memory": BUFFERS,
    "tests/web/test_agent_listener.py::"
    "test_a_manager_that_other_computers_reach_takes_in_agents": WORLDS,
    "tests/web/test_files.py::"
    "test_five_thousand_monitors_of_which_no_two_are_alike_come_in": READING,
    "tests/cli/handlers/test_init.py::test_a_home_folder_is_made_for_its_owner_alone": MODES,
    "tests/cli/handlers/test_init.py::test_a_node_says_what_it_does_and_takes_up_what_is_applied": BREAK,
    "tests/cli/handlers/test_init.py::test_a_second_node_on_one_store_is_refused": BREAK,
    "tests/cli/handlers/test_init.py::test_a_store_that_is_in_use_is_told": BREAK,
    "tests/cli/handlers/test_vault_key.py::"
    "test_a_key_that_comes_back_is_its_owners_alone": MODES,
    "tests/cli/handlers/test_vault_key.py::"
    "test_a_backup_that_does_not_fit_leaves_no_half_file": LIMITS,
    "tests/cli/test_asking_a_node.py::"
    "test_a_home_folder_too_long_for_a_door_is_told_as_such": SOCKET,
    "tests/cli/test_asking_a_node.py::"
    "test_what_a_node_answers_before_it_has_read_all_is_told": SOCKET,
    "tests/cli/test_asking_a_node.py::test_what_is_no_text_is_refused_before_it_is_sent": WORDS,
    "tests/cli/test_asking_a_node.py::"
    "test_who_cannot_look_is_told_that_it_is_not_known": SOCKET,
    "tests/cli/test_starting.py::test_each_command_can_be_the_first_that_is_imported": FORKS,
    "tests/cli/handlers/test_check_config.py::"
    "test_programs_are_held_to_the_settings_of_this_home": PLACES,
    "tests/cli/handlers/test_check_config.py::"
    "test_variables_of_programs_are_held_to_the_settings_of_this_home": PLACES,
    "tests/cli/test_help.py::test_the_page_has_every_option_of_a_command_and_no_other": PAGE,
    "tests/cli/test_help.py::test_the_page_says_what_the_help_says": PAGE,
    "tests/cli/test_help.py::test_the_page_tells_every_setting": PAGE,
    "tests/cli/test_help.py::test_the_help_lists_every_command_once_under_its_subject": PAGE,
    "tests/cli/test_settings.py::test_a_file_that_anybody_can_write_is_not_believed": MODES,
    "tests/cli/test_settings.py::"
    "test_a_home_folder_is_found_from_a_folder_that_is_gone": OPEN_FOLDER,
    "tests/cli/test_settings.py::test_the_home_folder_is_found": PLACES,
    "tests/cli/test_settings.py::"
    "test_the_manager_is_open_to_this_computer_unless_something_else_is_said": PLACES,
    "tests/cli/test_settings.py::test_what_cannot_be_used_is_told_with_its_place": PLACES,
    "tests/cli/test_settings.py::test_what_is_given_is_taken": PLACES,
}

OF_LINUX = (
    "what only Linux has, or its programs: systemd, namespaces, packages, services to log in to"
)
OF_SOURCES = "reads the source, the catalogues and the documents, which are the same there"
NODES = "starts many nodes, forked from a warm process (tests/warm), which Windows cannot do"
POSTGRES = "PostgreSQL, whose server the tests start as a program of Linux"
SSHD = "logs in to OpenSSH, whose server the tests start as a program of Linux"
PROGRAMS = "programs and rights of Linux; those of Windows: tests/windows/test_programs.py"
DOORS = "Unix sockets; the named pipe: tests/windows/test_named_pipe.py"

PLACES_LEFT_OUT = {
    "tests/checks/test_docs.py": OF_SOURCES,
    "tests/checks/test_script.py": OF_LINUX,
    "tests/e2e": NODES,
    "tests/hostile": OF_LINUX,
    "tests/load": NODES,
    "tests/noroshi_lab": NODES,
    **dict.fromkeys(
        (
            f"tests/test_{name}.py"
            for name in (
                *("absent_texts", "catalogue_of_code", "catalogue_of_templates"),
                *("damaged_catalogue", "links", "lists", "names", "places", "private_parts"),
                *("readme", "powershell", "repository", "round_trips", "schema", "setup"),
                *("sweeps", "windows_installer", "windows_readiness"),
            )
        ),
        OF_SOURCES,
    ),
}
"""Folders and files of tests that do not run there."""

FILES = {
    "tests/agent/test_node_updates.py": "updates of agents, which only systemd takes",
    "tests/agent/test_update_step.py": "updates of agents, which only systemd takes",
    "tests/cli/clients/test_socket.py": DOORS,
    "tests/cli/handlers/test_completion.py": "completion by bash",
    "tests/cli/handlers/test_systemd_service.py": OF_LINUX,
    "tests/cli/test_first_start.py": "updates of agents, which only systemd takes",
    "tests/door/test_unix_socket.py": DOORS,
    "tests/hosts/ssh/test_ssh_examination.py": SSHD,
    "tests/hosts/ssh/test_ssh_host.py": SSHD,
    "tests/hosts/test_process_runner.py": PROGRAMS,
    "tests/hosts/test_programs.py": PROGRAMS,
    "tests/cluster/test_judge.py": "imports the witness, which uses limits of a process (resource)",
    "tests/cluster/test_one_mailbox.py": POSTGRES,
    "tests/cluster/test_standby.py": POSTGRES,
    "tests/cluster/test_three_nodes.py": POSTGRES,
    "tests/stores/postgres": POSTGRES,
    "tests/web/http/test_connection_limits.py": LIMITS,
    "tests/web/test_changed_while_it_runs.py": BROWSER,
    "tests/web/test_installation.py": "the script that installs agents on Linux, run by its shells",
    "tests/transports/test_signing_in.py": "signs in to Dovecot, which only Linux has",
}
"""Files and folders of the folders that run there, of which nothing can run, or has run yet."""
