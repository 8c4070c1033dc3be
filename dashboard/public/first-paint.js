// Before anything is drawn: the theme and the direction that were chosen, or the page would flash.
;(() => {
  const root = document.documentElement
  try {
    const theme = localStorage.getItem('moltflow.theme')
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme
    const language = localStorage.getItem('moltflow.language')
    if (language !== null) root.lang = language
    if (language === 'he') root.dir = 'rtl'
  } catch {
    // A browser that keeps nothing gets the theme of the system.
  }
})()
