/** One thing that the simulator promises, where it is known from, and a test that cites it. */
export type Requirement = { id: string; source: string; behaviour: string }

const baileys = 'baileys 7.0.0-rc14'

function requirement(id: string, source: string, behaviour: string): Requirement {
  return { id, source, behaviour }
}

/**
 * The requirements of the simulator. Sources are the client code that accepts the behaviour, not captures of
 * the real service. A test fails when one of them is cited by no test.
 */
export const requirements: readonly Requirement[] = [
  requirement('NOISE-01', `${baileys} Utils/noise-handler`, 'The certificate is signed by the pinned root'),
  requirement('NOISE-02', 'own', 'The fixed root is public and documented; another root can be given'),
  requirement('NOISE-03', 'own', 'Who does not speak the handshake is cut off, and nobody else is harmed'),
  requirement(
    'NOISE-04',
    `baileys 7.0.0-rc.1 to rc.9 Socket/socket`,
    'Clients that derive their keys after the end of their handshake can link every time',
  ),
  requirement('NET-01', 'own', 'The endpoint and the control API listen on 127.0.0.1 only'),

  requirement('PAIR-01', `${baileys} Utils/validate-connection`, 'Scanning a QR code links the client'),
  requirement('PAIR-02', 'own', 'A QR code that is not on show is refused'),
  requirement('PAIR-03', `${baileys} Socket/messages-recv`, 'Typing a pairing code links the client'),
  requirement('PAIR-04', 'own', 'A wrong pairing code is refused, and the right one still works'),
  requirement(
    'PAIR-05',
    `${baileys} Utils/validate-connection`,
    'Account and device signatures are valid XEdDSA',
  ),
  requirement('PAIR-06', `${baileys} Utils/validate-connection`, 'A business is named at pairing'),

  requirement('LOGIN-01', `${baileys} Socket/socket`, 'A linked client logs in again with its keys'),
  requirement(
    'LOGIN-02',
    `${baileys} Socket/socket`,
    'A client that is not linked any more is refused with 401',
  ),
  requirement('LOGIN-03', `${baileys} Utils/generics CODE_MAP`, 'A second login replaces the first (440)'),
  requirement('LOGIN-04', `${baileys} Socket/socket logout`, 'A client unlinks itself'),

  requirement(
    'BOOT-01',
    `${baileys} Utils/process-message`,
    'The phone shares the app state key and its name',
  ),
  requirement('BOOT-02', `${baileys} Utils/history`, 'The phone sends a history that maps LIDs to numbers'),

  requirement(
    'KEYS-01',
    `${baileys} Socket/socket`,
    'Uploaded prekeys are counted and handed out one by one',
  ),
  requirement('KEYS-02', `${baileys} Socket/messages-recv`, 'A client is told when its prekeys run low'),
  requirement('USYNC-01', `${baileys} WAUSync`, 'A number has an account or not; devices come with LIDs'),

  requirement(
    'USYNC-02',
    `${baileys} Socket/messages-recv`,
    'Who knows the devices of an account hears of new ones',
  ),

  requirement(
    'USYNC-03',
    `${baileys} Socket/messages-recv handleDevicesNotification`,
    'The owner unlinks a device; who knows it forgets it',
  ),

  requirement(
    'USYNC-04',
    'whatsmeow IsOnWhatsApp',
    "A number written another way (Brazil's ninth digit) finds the account, under the account's own id",
  ),

  requirement('SCRIPT-01', 'own', 'A phone answers messages by rules, as its owner would'),

  requirement('LIMIT-01', 'WhatsApp Web, iq errors', 'Queries beyond a rate are refused: 429 rate-overlimit'),
  requirement(
    'LIMIT-02',
    `${baileys} Socket/messages-recv, Socket/socket fetchAccountReachoutTimelock`,
    'Reach-out lock: strangers cannot be written to (463); the client is told, can ask, and it ends',
  ),
  requirement(
    'LIMIT-03',
    `${baileys} Socket/socket fetchNewChatMessageCap; WhatsApp Web NackReason`,
    'Messages to people who never wrote are counted, warned of, and capped (475)',
  ),
  requirement(
    'LIMIT-04',
    `${baileys} Utils/validate-connection`,
    'Clients that are too old are refused (405)',
  ),

  requirement('MSG-01', `${baileys} Socket/messages-send`, 'A phone decrypts and shows what a client sends'),
  requirement('MSG-02', `${baileys} Utils/decode-wa-message`, 'A phone writes to a client under its number'),
  requirement('MSG-03', `${baileys} Utils/decode-wa-message`, 'A phone writes to a client under its LID'),
  requirement('MSG-04', `${baileys} Types/Message contextInfo`, 'Quotes travel both ways'),
  requirement(
    'MSG-05',
    `${baileys} Utils/decode-wa-message`,
    'What the owner types on the phone reaches the client',
  ),
  requirement('MSG-06', `${baileys} Socket/messages-send`, 'The own phone shows what the client sent'),
  requirement('MSG-07', `${baileys} Socket/messages-send`, 'Two clients write to each other'),
  requirement('MSG-08', 'own', 'A message sent twice under one id is shown once and counted as duplicate'),
  requirement(
    'MSG-09',
    `${baileys} Socket/messages-recv handleBadAck`,
    'A message to nobody is refused in the ack',
  ),
  requirement('MSG-10', 'own', 'Messages of one sender arrive in the order in which they were sent'),
  requirement('MSG-11', `${baileys} Utils/messages`, 'Reactions, edits and revocations name their message'),
  requirement('MSG-12', `${baileys} Socket/chats`, 'Nothing arrives from somebody the client blocked'),
  requirement('MSG-13', `${baileys} Socket/messages-send`, 'All clients of an account see what one sends'),
  requirement(
    'ACK-01',
    `${baileys} Socket/messages-recv`,
    'Every message is acknowledged before it is carried',
  ),

  requirement('MSG-14', `${baileys} Utils/messages`, 'Places travel both ways'),
  requirement('MSG-15', `${baileys} Utils/messages`, 'Contacts travel both ways'),
  requirement(
    'MSG-16',
    `${baileys} Utils/messages`,
    'Forwarding, disappearing and mentions go with any content',
  ),
  requirement(
    'MSG-17',
    `${baileys} Utils/decode-wa-message`,
    'Files to be viewed once come whole, or as a notice alone',
  ),
  requirement('MSG-18', 'own', 'A phone sends any message of the protocol, and exactly one at a time'),
  requirement('POLL-01', `${baileys} Utils/messages`, 'Polls travel both ways'),
  requirement(
    'POLL-02',
    `${baileys} Utils/process-message decryptPollVote`,
    'A client reads votes of phones',
  ),
  requirement('POLL-03', `${baileys} Utils/process-message decryptPollVote`, 'Phones read and count votes'),

  requirement('MEDIA-01', `${baileys} Utils/messages-media`, 'A client uploads files of every kind'),
  requirement(
    'MEDIA-02',
    `${baileys} Utils/messages-media`,
    'A phone reads the file of a message and checks it',
  ),
  requirement('MEDIA-03', `${baileys} Utils/messages-media`, 'A client reads what a phone uploaded'),
  requirement(
    'MEDIA-04',
    'own',
    'The media server has a certificate for localhost, which clients can ask for',
  ),
  requirement('MEDIA-05', `${baileys} Utils/messages-media`, 'Files are served whole and in ranges'),
  requirement(
    'MEDIA-06',
    `${baileys} Utils/messages-media`,
    'An upload needs a token and the right checksum',
  ),
  requirement('MEDIA-07', `${baileys} Utils/messages-media`, 'The phone uploads a file again that is gone'),
  requirement('MEDIA-08', `${baileys} Utils/messages-media`, 'The phone says why it cannot upload again'),
  requirement('MEDIA-09', 'own', 'Files are kept in memory up to a bound, the newest longest'),

  requirement('PICTURE-01', `${baileys} Socket/chats profilePictureUrl`, 'A client sees pictures of people'),
  requirement('PICTURE-02', `${baileys} Socket/chats updateProfilePicture`, 'A client changes pictures'),
  requirement('PICTURE-03', `${baileys} Socket/chats`, 'A picture can be hidden'),

  requirement(
    'CALL-01',
    `${baileys} Socket/messages-recv handleCall`,
    'A client hears of calls and their end',
  ),
  requirement('CALL-02', `${baileys} Socket/messages-recv rejectCall`, 'A client rejects a call'),
  requirement('CALL-03', 'own', 'A call is answered on the phone, and other devices stop ringing'),
  requirement('CALL-04', `${baileys} Socket/messages-recv handleCall`, 'Calls in groups reach their members'),
  requirement(
    'CALL-05',
    `${baileys} Socket/chats createCallLink`,
    'A client calls, and makes links to calls',
  ),

  requirement('STATUS-01', `${baileys} Utils/decode-wa-message`, 'A client sees status posts meant for it'),
  requirement('STATUS-02', `${baileys} Socket/messages-send statusJidList`, 'Phones see what a client posts'),
  requirement('STATUS-03', `${baileys} Socket/messages-send`, 'A phone learns who saw its post'),
  requirement('STATUS-04', `${baileys} Socket/messages-recv`, 'A post that a client cannot read comes again'),

  requirement(
    'RCPT-01',
    `${baileys} Socket/messages-recv handleReceipt`,
    'A phone answers delivered, then read',
  ),
  requirement('RCPT-02', 'own', 'Receipts can be limited or switched off, and their delays set'),
  requirement('RCPT-04', `${baileys} Utils/generics`, 'A phone answers that a voice note was played'),
  requirement(
    'RCPT-03',
    `${baileys} Socket/messages-send sendReceipt`,
    'A phone learns what a client received and read',
  ),

  requirement(
    'QUEUE-01',
    `${baileys} Utils/offline-node-processor`,
    'What came while offline comes at login',
  ),
  requirement('QUEUE-02', `${baileys} Utils/stanza-ack`, 'What was not acknowledged comes again'),
  requirement('QUEUE-03', `${baileys} Utils/stanza-ack`, 'What was acknowledged does not come again'),

  requirement('RETRY-01', `${baileys} Socket/messages-recv`, 'A message a client cannot read is sent again'),
  requirement('RETRY-02', `${baileys} Socket/messages-recv`, 'A phone asks a client for a message again'),
  requirement('RETRY-03', `${baileys} Socket/messages-recv`, 'A member asks for a group message again'),

  requirement('PRES-01', `${baileys} Socket/chats`, 'A phone sees that the client types, records, stops'),
  requirement('PRES-02', `${baileys} Socket/chats`, 'A client sees presence it subscribed to, and typing'),

  requirement('GROUP-01', `${baileys} Socket/groups`, 'A client creates a group and reads its metadata'),
  requirement('GROUP-02', `${baileys} Signal/Group`, 'All members decrypt what a client writes into a group'),
  requirement('GROUP-03', `${baileys} Signal/Group`, 'A client decrypts what members write into a group'),
  requirement('GROUP-04', `${baileys} Socket/messages-recv`, 'Changes of members and subject are announced'),
  requirement('GROUP-05', `${baileys} Socket/groups`, 'A group can name its members by phone number'),
  requirement('GROUP-06', 'own', 'Only who was told the sender key reads, and who left reads no more'),

  requirement('HIST-01', `${baileys} Utils/history`, 'A linked client gets the chats of the phone'),
  requirement(
    'HIST-02',
    `${baileys} Utils/history`,
    'What is recent and what is older comes in chunks, with progress, and names in one of their own',
  ),
  requirement('HIST-03', `${baileys} Utils/validate-connection`, 'Only who asks for all gets all'),
  requirement(
    'HIST-04',
    `${baileys} Socket/messages-recv fetchMessageHistory`,
    'A client asks for older messages; the answer names the request',
  ),
  requirement('HIST-05', `${baileys} Utils/history downloadHistory`, 'Chunks can come as files'),

  requirement(
    'GROUP-07',
    `${baileys} Socket/messages-recv`,
    'Every setting is told and stands in the metadata',
  ),
  requirement(
    'GROUP-08',
    'whatsmeow group.go',
    'Only admins change a group; strangers get 403, no group 404',
  ),
  requirement(
    'GROUP-09',
    `${baileys} Socket/groups, whatsmeow types/group.go`,
    'Each person of a change gets an answer: 403, 404, 409',
  ),
  requirement(
    'GROUP-10',
    `${baileys} Socket/groups, whatsmeow group.go`,
    'An invitation link is looked at, followed and revoked (401, 406, 409, 410)',
  ),
  requirement(
    'GROUP-11',
    `${baileys} Socket/groups`,
    'Requests to join are told, listed, approved and rejected',
  ),
  requirement(
    'GROUP-12',
    `${baileys} Socket/groups, whatsmeow GroupParticipant.AddRequest`,
    'Who lets nobody add them is invited instead, and may accept',
  ),
  requirement('GROUP-13', 'own', 'Who left reads and writes no more; a group is never without an admin'),
  requirement('GROUP-14', 'own', 'Only admins write into an announcement group'),
  requirement('GROUP-15', `${baileys} Signal/Group`, 'Members follow a client that starts a new sender key'),
  requirement('GROUP-16', 'own', 'Thousands of groups with hundreds of members cost nothing noticeable'),
  requirement('GROUP-18', 'own', 'Groups, communities, channels and profiles outlive the simulator'),
  requirement(
    'GROUP-19',
    `${baileys} Utils/messages`,
    'Phones mark what they write into a group whose messages disappear',
  ),
  requirement('GROUP-17', 'own', 'Groups and communities are steered through the control API'),
  requirement(
    'COMM-01',
    `${baileys} Socket/communities`,
    'A client creates a community with its announcement group',
  ),
  requirement(
    'COMM-02',
    `${baileys} Socket/communities`,
    'Groups are linked, listed and unlinked; their members are members of the community',
  ),
  requirement('COMM-03', `${baileys} Socket/communities`, 'Who leaves a community leaves all its groups'),
  requirement(
    'BIZ-01',
    `${baileys} Socket/chats getBusinessProfile`,
    'A business has a profile, others have none',
  ),
  requirement('BIZ-02', `${baileys} Socket/business`, 'A client changes the profile of its business'),
  requirement(
    'BIZ-03',
    `${baileys} Utils/decode-wa-message`,
    'Messages of a business carry its verified name',
  ),

  requirement('BIZ-04', 'own', 'A business says what it is through the control API'),

  requirement('CHAN-01', `${baileys} Socket/newsletter`, 'A client creates a channel and reads its metadata'),
  requirement('CHAN-02', `${baileys} Socket/newsletter`, 'A client follows, mutes and leaves a channel'),
  requirement('CHAN-03', `${baileys} Socket/messages-send`, 'What a client posts reaches all followers'),
  requirement(
    'CHAN-04',
    `${baileys} Utils/decode-wa-message`,
    'A client gets the posts of channels it follows',
  ),
  requirement('CHAN-05', `${baileys} Socket/newsletter`, 'Only who runs a channel changes it or posts there'),
  requirement(
    'CHAN-06',
    `${baileys} Socket/messages-recv, whatsmeow notification.go`,
    'Who watches a channel hears of reactions and views',
  ),
  requirement('CHAN-07', `${baileys} Socket/newsletter`, 'A channel is changed, handed over and deleted'),
  requirement(
    'CHAN-08',
    `${baileys} Utils/messages`,
    'Posts are edited and taken back, and carry plain files',
  ),
  requirement('CHAN-09', 'own', 'Channels and their posts are steered through the control API'),

  requirement('SYNC-01', `${baileys} Utils/chat-utils`, 'A setting that a client changes reaches the phone'),
  requirement(
    'SYNC-02',
    `${baileys} Utils/chat-utils processSyncAction`,
    'What the owner changes on the phone reaches its clients: chats, stars, contacts, name',
  ),
  requirement(
    'SYNC-03',
    `${baileys} Utils/chat-utils processSyncAction`,
    'Labels of the phone, on chats and messages, reach its clients',
  ),
  requirement(
    'SYNC-04',
    `${baileys} Utils/chat-utils chatModificationToAppPatch`,
    'The phone shows every change of a client, and removals',
  ),
  requirement('SYNC-05', `${baileys} Socket/chats resyncAppState`, 'Clients catch up with changes in pages'),
  requirement(
    'SYNC-06',
    `${baileys} Socket/chats appPatch`,
    'A change from an old version is a conflict; changes can be refused on demand',
  ),

  requirement('FAULT-01', `${baileys} Socket/socket`, 'drop: the connection ends without a word (428)'),
  requirement('FAULT-02', `${baileys} Utils/generics`, 'conflict: the client is replaced (440)'),
  requirement('FAULT-03', `${baileys} Utils/generics`, 'logout: the client is unlinked (401)'),
  requirement('FAULT-04', `${baileys} Socket/socket`, 'ban: connection and logins are refused (403)'),
  requirement(
    'FAULT-05',
    `${baileys} Socket/socket`,
    'unavailable: as many logins as wanted are refused (503)',
  ),
  requirement('FAULT-06', `${baileys} Socket/socket`, 'outdated: logins are refused (405)'),
  requirement(
    'FAULT-07',
    `${baileys} Socket/messages-recv handleBadAck`,
    'ack_error: messages are refused by code',
  ),
  requirement(
    'FAULT-08',
    `${baileys} Socket/socket keep alive`,
    'deaf: nothing is answered (408 in the end)',
  ),
  requirement('FAULT-09', 'own', 'slow: every frame to the client is late'),
  requirement('FAULT-10', 'own', 'Faults end by count, by duration, or when they are cleared'),
  requirement('FAULT-11', 'own', 'upload_refused: the media server refuses files of a client'),
  requirement('FAULT-12', 'own', 'media_gone: a file is lost until the phone uploads it again'),
  requirement('FAULT-13', 'own', 'media_lost: the phone lost the file as well'),
  requirement('FAULT-14', 'own', 'media_corrupt, media_truncated: a file comes garbled or cut'),
  requirement('FAULT-15', 'own', 'media_slow: files move at a given speed'),
  requirement('FAULT-16', 'own', 'shuffle: messages and receipts overtake each other, none is lost'),

  requirement('CTRL-01', 'own', 'The control API mirrors the methods, with 201 for what it makes'),
  requirement('CTRL-02', 'own', 'Errors are JSON, name the field, and use 400, 404, 405, 413 and 422'),
  requirement('CTRL-03', 'own', 'since filters messages by ISO time or milliseconds'),
  requirement('CTRL-04', 'own', 'A reset makes a new world and cuts all connections'),
  requirement('CTRL-05', 'own', 'The OpenAPI document and the README name every operation as it answers'),
  requirement('SCALE-01', 'own', 'Thousands of people and groups cost little time and memory'),
  requirement('SAVE-01', 'own', 'A world outlives the simulator: clients log in again, nothing is lost'),
  requirement('SAVE-02', 'own', 'A world is saved on demand, and loaded by another simulator'),
  requirement('SAVE-03', 'own', 'What is no world is refused and left as it is'),
  requirement('CLI-01', 'own', 'The program prints its addresses and ends with 0 on SIGTERM'),
  requirement('CLI-02', 'own', 'A wrong argument is explained and ends with 2'),
]
