install(TARGETS hanse hanse_program)
