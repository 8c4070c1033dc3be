"""Sessions, chats, an answer, usage. Scopes: sessions:read messages:send messages:read usage:read"""

from moltflow import MoltFlow

with MoltFlow() as moltflow:
    session = next((one for one in moltflow.sessions.list() if one["status"] == "working"), None)
    if session is None:
        raise SystemExit("link a WhatsApp account first")
    print(f"{session['name']} is linked")

    # People who wrote: to answer them is never a cold contact. The tenant has to allow access to chats.
    for chat in moltflow.messages.list_chats(session["id"], is_group=False).iterate():
        message = moltflow.messages.send(
            session_id=session["id"],
            chat_id=chat["wa_chat_id"],
            message="Thank you for writing! We will be with you soon.",
        )
        print(f"answered: {message['status']}")
        break

    print(f"messages sent this month: {moltflow.usage.current()['messages_sent']}")
