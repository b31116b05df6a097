#!/bin/sh
# What a container of this image does: one of the two tasks in iExec's way, or the `daisee` command, or the app.
set -eu
case "${1:-}" in
  conformity | settlement)
    task=$1
    shift
    exec python -m "offchain_worker.jobs.$task" "$@"
    ;;
  daisee)
    shift
    exec python -m offchain_worker.cli.main "$@"
    ;;
  app)
    shift
    exec python -m streamlit run app/server.py "$@"
    ;;
  *)
    echo "error: the first argument is conformity, settlement, daisee or app" >&2
    exit 2
    ;;
esac
